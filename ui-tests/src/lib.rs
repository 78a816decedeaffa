//! What compiles: every file under `ui/*/pass` and `ui/hygiene`.
//!
//! They are modules of this library, and not tests of trybuild, because the lints of rustc and
//! Clippy look at a library as a user's: the names are public, and must be documented.

#![allow(missing_docs, reason = "fixtures are minimal; `strict_lints` is not")]

#[path = "../ui/aggregate/pass/every_shape.rs"]
pub mod aggregate_every_shape;
#[path = "../ui/domain_id/pass/every_inner_type.rs"]
pub mod domain_id_every_inner_type;
#[path = "../ui/event/pass/every_field.rs"]
pub mod event_every_field;
#[path = "../ui/event/pass/personal.rs"]
pub mod event_personal;
#[path = "../ui/event/pass/pins.rs"]
pub mod event_pins;
#[path = "../ui/event/pass/versions.rs"]
pub mod event_versions;
#[path = "../ui/hygiene/from_a_macro.rs"]
pub mod hygiene_from_a_macro;
#[path = "../ui/hygiene/inside_a_function.rs"]
pub mod hygiene_inside_a_function;
#[path = "../ui/hygiene/names_of_fields.rs"]
pub mod hygiene_names_of_fields;
#[path = "../ui/hygiene/names_of_the_prelude.rs"]
pub mod hygiene_names_of_the_prelude;
#[path = "../ui/hygiene/no_implicit_prelude.rs"]
pub mod hygiene_no_implicit_prelude;
#[path = "../ui/hygiene/private_types.rs"]
pub mod hygiene_private_types;
#[path = "../ui/hygiene/raw_identifiers.rs"]
pub mod hygiene_raw_identifiers;
#[path = "../ui/hygiene/strict_lints.rs"]
pub mod hygiene_strict_lints;
#[path = "../ui/policy/pass/every_answer.rs"]
pub mod policy_every_answer;
#[path = "../ui/policy/pass/named_events.rs"]
pub mod policy_named_events;
#[path = "../ui/policy/pass/no_loops.rs"]
pub mod policy_no_loops;
#[path = "../ui/projection/pass/every_method.rs"]
pub mod projection_every_method;
#[path = "../ui/settings/pass/every_type.rs"]
pub mod settings_every_type;
#[path = "../ui/state_machine/pass/every_answer.rs"]
pub mod state_machine_every_answer;
#[path = "../ui/state_machine/pass/every_arrow.rs"]
pub mod state_machine_every_arrow;
#[path = "../ui/state_machine/pass/minimal.rs"]
pub mod state_machine_minimal;
#[path = "../ui/state_machine/pass/moore.rs"]
pub mod state_machine_moore;
#[path = "../ui/state_machine/pass/names_of_other_scripts.rs"]
pub mod state_machine_names_of_other_scripts;
#[path = "../ui/state_machine/pass/regions.rs"]
pub mod state_machine_regions;
#[path = "../ui/state_machine/pass/states_named_as_events.rs"]
pub mod state_machine_states_named_as_events;
#[path = "../ui/state_machine/pass/words_as_names.rs"]
pub mod state_machine_words_as_names;
#[path = "../ui/state_machine/pass/words_of_clocks.rs"]
pub mod state_machine_words_of_clocks;
#[path = "../ui/system/pass/without_aggregates.rs"]
pub mod system_without_aggregates;
#[path = "../ui/value/pass/contains_itself.rs"]
pub mod value_contains_itself;
#[path = "../ui/value/pass/every_shape.rs"]
pub mod value_every_shape;
