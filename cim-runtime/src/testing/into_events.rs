//! Events in the forms that tests write them.

use crate::event::Event;

/// Events of one machine, in any of the forms that tests write.
#[diagnostic::on_unimplemented(
    message = "expected events of `{E}`, found `{Self}`",
    label = "not made of events of the aggregate",
    note = "write one event of the aggregate or of a region of it, several of them in a tuple, an array or a `Vec`, or `()` for none"
)]
pub trait IntoEvents<E> {
    /// The events, in order.
    fn into_events(self) -> Vec<E>;
}

#[diagnostic::do_not_recommend]
impl<E> IntoEvents<E> for () {
    fn into_events(self) -> Vec<E> {
        Vec::new()
    }
}

#[diagnostic::do_not_recommend]
impl<E, T: Into<E>, const N: usize> IntoEvents<E> for [T; N] {
    fn into_events(self) -> Vec<E> {
        self.into_iter().map(Into::into).collect()
    }
}

#[diagnostic::do_not_recommend]
impl<E, T: Into<E>> IntoEvents<E> for Vec<T> {
    fn into_events(self) -> Vec<E> {
        self.into_iter().map(Into::into).collect()
    }
}

#[diagnostic::do_not_recommend]
impl<E, T: Event + Into<E>> IntoEvents<E> for T {
    fn into_events(self) -> Vec<E> {
        vec![self.into()]
    }
}

macro_rules! tuple {
    ($($name:ident $index:tt),*) => {
        #[diagnostic::do_not_recommend]
        impl<Set, $($name: Into<Set>),*> IntoEvents<Set> for ($($name,)*) {
            fn into_events(self) -> Vec<Set> {
                vec![$(self.$index.into()),*]
            }
        }
    };
}

tuple!(A 0);
tuple!(A 0, B 1);
tuple!(A 0, B 1, C 2);
tuple!(A 0, B 1, C 2, D 3);
tuple!(A 0, B 1, C 2, D 3, E 4);
tuple!(A 0, B 1, C 2, D 3, E 4, F 5);
tuple!(A 0, B 1, C 2, D 3, E 4, F 5, G 6);
tuple!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7);
