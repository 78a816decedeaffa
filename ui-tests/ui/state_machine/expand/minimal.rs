#[state_machine(initial Closed, terminal Open)]
impl Door {
    #[transition(Closed -> Open)]
    fn open(&self, _: OpenDoor) -> DoorOpened {
        DoorOpened
    }
}
