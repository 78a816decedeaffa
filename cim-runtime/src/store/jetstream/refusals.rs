//! What the server refuses for want of a permission.
//!
//! It does not answer such a request: it says so on the connection, for whomever it may concern, and
//! the request would wait for its deadline. So who waits for an answer listens here as well.

use std::collections::VecDeque;
use std::fmt;
use std::pin::pin;
use std::sync::Arc;

use futures::future::{Either, select};
use tokio::sync::watch;

/// How many refusals are remembered for those who have not looked yet.
const REMEMBERED: usize = 64;

/// Something that this user may not do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Refusal {
    /// Publish to this subject.
    Publish(String),
    /// Subscribe to this subject.
    Subscribe(String),
}

impl Refusal {
    /// Reads what a server says, such as `Permissions Violation for Publish to "a.b"`.
    fn read(text: &str) -> Option<Self> {
        let (_, rest) = text.split_once("Permissions Violation for ")?;
        let (what, rest) = rest.split_once('"')?;
        let subject = rest.split_once('"')?.0.to_owned();
        match what.split(' ').next()? {
            "Publish" => Some(Self::Publish(subject)),
            "Subscription" => Some(Self::Subscribe(subject)),
            _ => None,
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Publish(subject) => write!(f, "publish to `{subject}`"),
            Self::Subscribe(subject) => write!(f, "subscribe to `{subject}`"),
        }
    }
}

/// What was refused over a connection.
#[derive(Clone)]
pub(super) struct Refusals {
    /// What the subjects of our answers begin with.
    inbox: Arc<str>,
    heard: watch::Sender<Heard>,
}

#[derive(Debug, Default)]
struct Heard {
    count: u64,
    last: VecDeque<(u64, Refusal)>,
    /// Where all answers would come to. The client asks for it once a connection, so it is refused
    /// once.
    inbox: Option<Refusal>,
    /// Why there is no connection, as far as that was said.
    problem: Option<String>,
}

impl Refusals {
    /// None yet, of a client whose inboxes begin so.
    pub(super) fn new(inbox: &str) -> Self {
        Self { inbox: format!("{inbox}.").into(), heard: watch::Sender::default() }
    }

    /// Takes in what the server says.
    pub(super) fn note(&self, text: &str) {
        let Some(refusal) = Refusal::read(text) else { return };
        self.heard.send_modify(|heard| {
            if self.is_inbox(&refusal) {
                heard.inbox = Some(refusal.clone());
            }
            heard.count += 1;
            heard.last.push_back((heard.count, refusal));
            if heard.last.len() > REMEMBERED {
                heard.last.pop_front();
            }
        });
    }

    /// Takes in why there is no connection.
    pub(super) fn note_problem(&self, problem: String) {
        self.heard.send_modify(|heard| heard.problem = Some(problem));
    }

    /// Why there is no connection, as far as that was said.
    pub(super) fn problem(&self) -> Option<String> {
        self.heard.borrow().problem.clone()
    }

    /// Another connection may be allowed more.
    pub(super) fn forget(&self) {
        self.heard.send_if_modified(|heard| {
            heard.problem = None;
            heard.inbox.take().is_some()
        });
    }

    /// Waits for an answer, or for the refusal to pass on what was asked on a subject of which
    /// `is_ours` is true.
    pub(super) async fn or_answer<T>(
        &self,
        is_ours: impl Fn(&str) -> bool,
        answer: impl Future<Output = T>,
    ) -> Result<T, Refusal> {
        self.or_answer_since(self.count(), is_ours, answer).await
    }

    /// The same, for what was asked when so many refusals had been heard.
    pub(super) async fn or_answer_since<T>(
        &self,
        after: u64,
        is_ours: impl Fn(&str) -> bool,
        answer: impl Future<Output = T>,
    ) -> Result<T, Refusal> {
        let listener = Listener { after, ..self.listen() };
        match select(pin!(answer), pin!(listener.refused(is_ours))).await {
            Either::Left((answer, _)) => Ok(answer),
            Either::Right((refusal, _)) => Err(refusal),
        }
    }

    /// How many were heard.
    pub(super) fn count(&self) -> u64 {
        self.heard.borrow().count
    }

    /// Listens to what is refused from now on.
    pub(super) fn listen(&self) -> Listener {
        let heard = self.heard.subscribe();
        let after = heard.borrow().count;
        Listener { refusals: self.clone(), heard, after }
    }

    fn is_inbox(&self, refusal: &Refusal) -> bool {
        matches!(refusal, Refusal::Subscribe(subject) if subject.starts_with(&*self.inbox))
    }
}

impl fmt::Debug for Refusals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Refusals({})", self.heard.borrow().count)
    }
}

/// What is refused since it was made.
#[derive(Debug)]
pub(super) struct Listener {
    refusals: Refusals,
    heard: watch::Receiver<Heard>,
    after: u64,
}

impl Listener {
    /// Waits until something is refused that was published on such a subject, or the answer to it.
    pub(super) async fn refused(&self, is_ours: impl Fn(&str) -> bool) -> Refusal {
        let concerns = |refusal: &Refusal| match refusal {
            Refusal::Publish(subject) => is_ours(subject),
            Refusal::Subscribe(_) => self.refusals.is_inbox(refusal),
        };
        let find = |heard: &Heard| {
            let new = heard.last.iter().filter(|(number, _)| *number > self.after);
            let ours = new.map(|(_, refusal)| refusal).find(|refusal| concerns(refusal));
            heard.inbox.as_ref().or(ours).cloned()
        };
        let mut heard = self.heard.clone();
        loop {
            if let Some(refusal) = find(&heard.borrow_and_update()) {
                return refusal;
            }
            // We hold the sender, so this does not fail.
            let _ = heard.changed().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt as _;

    use super::*;

    #[test]
    fn what_servers_say_is_read() {
        let read = |text| Refusal::read(text);
        assert_eq!(
            read(r#"Permissions Violation for Publish to "shop.evt.order.1""#),
            Some(Refusal::Publish("shop.evt.order.1".to_owned()))
        );
        assert_eq!(
            read(r#"nats: Permissions Violation for Subscription to "_INBOX.x.*" using queue "q""#),
            Some(Refusal::Subscribe("_INBOX.x.*".to_owned()))
        );
        assert_eq!(read("Maximum Payload Violation"), None);
        assert_eq!(read("Permissions Violation for Publish to nothing"), None);
    }

    #[test]
    fn each_hears_of_what_it_asked_and_only_of_what_came_after() {
        let refusals = Refusals::new("_INBOX");
        refusals.note(r#"Permissions Violation for Publish to "a""#);
        let listener = refusals.listen();
        let hears = |subject| listener.refused(move |found| found == subject).now_or_never();
        assert_eq!(hears("a"), None, "it was refused before");
        for subject in ["b", "a"] {
            refusals.note(&format!("Permissions Violation for Publish to {subject:?}"));
        }
        assert_eq!(hears("a"), Some(Refusal::Publish("a".to_owned())));
        assert_eq!(hears("c"), None);
    }

    #[test]
    fn without_an_inbox_nothing_is_answered() {
        let refusals = Refusals::new("_INBOX");
        refusals.note(r#"Permissions Violation for Subscription to "shop.cmd.>""#);
        assert_eq!(refusals.listen().refused(|_| true).now_or_never(), None);
        refusals.note(r#"Permissions Violation for Subscription to "_INBOX.abc.*""#);
        let inbox = Some(Refusal::Subscribe("_INBOX.abc.*".to_owned()));
        assert_eq!(refusals.listen().refused(|_| false).now_or_never(), inbox);
        refusals.forget();
        assert_eq!(refusals.listen().refused(|_| false).now_or_never(), None);
    }

    #[tokio::test]
    async fn whoever_waits_is_woken() {
        let refusals = Refusals::new("_INBOX");
        let waiting = refusals.or_answer(|subject| subject == "a", std::future::pending::<()>());
        let other = async {
            tokio::task::yield_now().await;
            refusals.note(r#"Permissions Violation for Publish to "a""#);
        };
        let (refused, ()) = tokio::join!(waiting, other);
        assert_eq!(refused, Err(Refusal::Publish("a".to_owned())));
        assert_eq!(refusals.or_answer(|_| true, async { 7 }).await, Ok(7));
    }
}
