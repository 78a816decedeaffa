//! Permissions as operators write them.

use std::fmt::Write as _;

use cim_runtime::store::Permissions;

/// A part of a nats-server configuration: users who may do this and no more.
pub(super) fn server(stream: &str, permissions: &[Permissions]) -> String {
    let mut text = format!(
        "# Users of the stream {stream}, by `cim nats permissions`. The passwords are variables of\n\
         # this file or of the server's environment.\n\
         authorization {{\n  users: [\n"
    );
    for Permissions { role, inbox, publish, subscribe, responses, .. } in permissions {
        let (user, password) = (user(stream, role.name()), password(stream, role.name()));
        let _ = write!(
            text,
            "    # {role}: answers come to the prefix {inbox}\n    \
             {{\n      user: \"{user}\", password: ${password}\n      permissions: {{\n"
        );
        list(&mut text, "publish", publish);
        list(&mut text, "subscribe", subscribe);
        if *responses {
            text.push_str("        allow_responses: true\n");
        }
        text.push_str("      }\n    }\n");
    }
    text.push_str("  ]\n}\n");
    text
}

fn list(text: &mut String, name: &str, subjects: &[String]) {
    let _ = writeln!(text, "        {name}: {{ allow: [");
    for subject in subjects {
        let _ = writeln!(text, "          \"{subject}\"");
    }
    text.push_str("        ] }\n");
}

/// Commands that make such users with nsc.
pub(super) fn nsc(stream: &str, permissions: &[Permissions]) -> String {
    let mut text = String::new();
    for Permissions { role, inbox, publish, subscribe, responses, .. } in permissions {
        let user = user(stream, role.name());
        // Subjects have neither quotes nor commas.
        let (publish, subscribe) = (publish.join(","), subscribe.join(","));
        let _ = write!(
            text,
            "# {role}: answers come to the prefix {inbox}\n\
             nsc add user --name {user} \\\n  --allow-pub '{publish}' \\\n  --allow-sub '{subscribe}'"
        );
        text.push_str(if *responses { " \\\n  --allow-pub-response\n" } else { "\n" });
    }
    text
}

fn user(stream: &str, role: &str) -> String {
    format!("{stream}_{role}")
}

/// Variables have no hyphens.
fn password(stream: &str, role: &str) -> String {
    format!("{}_PASSWORD", user(stream, role).replace('-', "_").to_ascii_uppercase())
}
