/// Somebody is there.
#[event(Person)]
pub struct PersonCreated {
    #[personal]
    pub name: String,
    pub source: String,
}
