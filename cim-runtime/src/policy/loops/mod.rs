//! Loops of policies and commands, found when a program is compiled.

mod set;
mod way;

use self::set::{Set, close, connect_all};
use super::{PolicyInfo, Route, Sends};
use crate::machine::{MachineTable, is_same};
use crate::projection::ListenedEvents;
use crate::subject::AggregateName;
use crate::system::AggregateInfo;

/// How many reactions a system may have.
const REACTIONS: usize = 512;

/// The reactions that lead to each other again, and none says why that ends.
///
/// A reaction is an event and one of the commands that it may call for. From it there is a way to
/// another if a machine answers its command with the other's event. Those of a policy or a method that
/// says why it ends are left out.
#[doc(hidden)]
#[derive(Debug)]
pub struct Loops {
    /// For each reaction, by its place in the system, those that it leads to at once.
    ways: [Set; REACTIONS],
    /// The same, of those that it leads to in the end.
    reached: [Set; REACTIONS],
}

impl Loops {
    /// Those of a system.
    pub const fn of(policies: &[PolicyInfo], aggregates: &[AggregateInfo]) -> Self {
        let mut ways = [Set::EMPTY; REACTIONS];
        let mut i = 0;
        while i < aggregates.len() {
            let reactions = Reactions::of(policies, &aggregates[i].name);
            reactions.connect(&mut ways, aggregates[i].machine, Set::EMPTY);
            i += 1;
        }
        let mut reached = ways;
        close(&mut reached, before(policies, policies.len()));
        Self { ways, reached }
    }

    /// Whether the reactions of the policies up to this one could be looked at.
    pub const fn has_room(policies: &[PolicyInfo], index: usize) -> bool {
        // Of those behind the first that is too many nothing more is said.
        let (start, end) = (before(policies, index), before(policies, index + 1));
        end <= REACTIONS || start > REACTIONS
    }

    /// Whether the policy at this place is the first one of a loop.
    pub const fn begin_at(&self, policies: &[PolicyInfo], index: usize) -> bool {
        self.first_of(policies, index).is_some()
    }

    /// The first reaction of the policy at this place that leads to itself again, and to none of a
    /// policy before that leads to it.
    const fn first_of(&self, policies: &[PolicyInfo], index: usize) -> Option<usize> {
        let (start, end) = (before(policies, index), before(policies, index + 1));
        let mut own = start;
        while own < end && own < REACTIONS {
            let mut leads_back = self.reached[own].has(own);
            let mut earlier = 0;
            while leads_back && earlier < start {
                leads_back = !(self.reached[own].has(earlier) && self.reached[earlier].has(own));
                earlier += 1;
            }
            if leads_back {
                return Some(own);
            }
            own += 1;
        }
        None
    }
}

/// How many reactions the policies before this place have.
const fn before(policies: &[PolicyInfo], index: usize) -> usize {
    let (mut reactions, mut i) = (0, 0);
    while i < index {
        let routes = policies[i].routes;
        let mut j = 0;
        while j < routes.len() {
            reactions += count(&sent(&policies[i], j));
            j += 1;
        }
        i += 1;
    }
    reactions
}

/// What the method of a policy sends, if nobody says why a loop through it ends.
const fn sent(policy: &PolicyInfo, method: usize) -> Sends {
    match (policy.ends, policy.routes[method].ends) {
        (None, None) => policy.routes[method].sends,
        _ => Sends::None,
    }
}

const fn count(sends: &Sends) -> usize {
    match sends {
        Sends::None => 0,
        Sends::One(_) => 1,
        Sends::All(all) => {
            let (mut sum, mut i) = (0, 0);
            while i < all.len() {
                sum += count(&all[i]);
                i += 1;
            }
            sum
        }
    }
}

/// What all reactions have to do with one aggregate: whose events they take, whose commands they
/// send. Names are compared by their fingerprints, or large systems would not stay within what rustc
/// evaluates without a word.
struct Reactions {
    takes: Names,
    /// What is left of a machine, by its name.
    takes_all: Names,
    /// Of which events nothing is left to these reactions, as another method of their policy takes them.
    except: Names,
    sends: Names,
}

/// The fingerprint of a name, and a reaction that has to do with it.
struct Names {
    of: [(u64, usize); REACTIONS],
    count: usize,
}

impl Reactions {
    const fn of(policies: &[PolicyInfo], aggregate: &AggregateName) -> Self {
        let mut reactions = Self {
            takes: Names::NONE,
            takes_all: Names::NONE,
            except: Names::NONE,
            sends: Names::NONE,
        };
        let (mut number, mut i) = (0, 0);
        while i < policies.len() {
            let routes = policies[i].routes;
            let mut j = 0;
            while j < routes.len() {
                let event = &routes[j].event;
                let start = number;
                number = reactions.add(&sent(&policies[i], j), aggregate, number);
                let is_own = is_same(event.aggregate.as_str(), aggregate.as_str());
                let mut taker = start;
                while is_own && taker < number {
                    match event.events {
                        ListenedEvents::One(name) => reactions.takes.add(name, taker),
                        ListenedEvents::AllOf(table) => {
                            reactions.takes_all.add(table.name, taker);
                            reactions.except(routes, taker);
                        }
                    }
                    taker += 1;
                }
                j += 1;
            }
            i += 1;
        }
        reactions
    }

    /// Notes which events are not left to a reaction. One of another aggregate does no harm, as of two
    /// with one name this one hears neither.
    const fn except(&mut self, routes: &[Route], reaction: usize) {
        let mut i = 0;
        while i < routes.len() {
            if let ListenedEvents::One(name) = routes[i].event.events {
                self.except.add(name, reaction);
            }
            i += 1;
        }
    }

    /// Adds the reactions that send these commands, from this number on; returns the next number.
    const fn add(&mut self, sends: &Sends, aggregate: &AggregateName, number: usize) -> usize {
        match sends {
            Sends::None => number,
            Sends::One(one) => {
                if is_same(one.aggregate.as_str(), aggregate.as_str()) {
                    self.sends.add(one.command, number);
                }
                number + 1
            }
            Sends::All(all) => {
                let (mut number, mut i) = (number, 0);
                while i < all.len() {
                    number = self.add(&all[i], aggregate, number);
                    i += 1;
                }
                number
            }
        }
    }

    /// Adds the ways that go through the events of the aggregate's machine. Of rows that follow each
    /// other only what changes is looked up.
    const fn connect(&self, ways: &mut [Set; REACTIONS], machine: &MachineTable, outer: Set) {
        let rows = machine.transitions;
        // Whoever takes all of a machine takes its regions' as well.
        let mut take_all = self.takes_all.find(machine.name);
        take_all.add_all(&outer);
        let (mut senders, mut takers) = (Set::EMPTY, Set::EMPTY);
        let mut i = 0;
        while i < rows.len() {
            let before = if i == 0 { None } else { Some(&rows[i - 1]) };
            let same_command = match before {
                Some(before) => rows[i].is_of_the_command_of(before),
                None => false,
            };
            if !same_command {
                senders = match rows[i].command {
                    Some(command) => self.sends.find(command),
                    None => Set::EMPTY,
                };
            }
            let same_event = match before {
                Some(before) => is_same(rows[i].event, before.event),
                None => false,
            };
            if !same_event {
                takers = self.takes.find(rows[i].event);
                takers.add_all(&take_all.without(&self.except.find(rows[i].event)));
            }
            if !(same_command && same_event) {
                connect_all(ways, &senders, &takers);
            }
            i += 1;
        }
        let mut i = 0;
        while i < machine.regions.len() {
            self.connect(ways, machine.regions[i].machine, take_all);
            i += 1;
        }
    }
}

impl Names {
    const NONE: Self = Self { of: [(0, 0); REACTIONS], count: 0 };

    const fn add(&mut self, name: &str, reaction: usize) {
        // What has no room is told by itself.
        if reaction < REACTIONS {
            self.of[self.count] = (fingerprint(name), reaction);
            self.count += 1;
        }
    }

    const fn find(&self, name: &str) -> Set {
        let of = fingerprint(name);
        let mut set = Set::EMPTY;
        let mut i = 0;
        while i < self.count {
            if self.of[i].0 == of {
                set.add(self.of[i].1);
            }
            i += 1;
        }
        set
    }
}

/// A name as a number (FNV-1a).
const fn fingerprint(name: &str) -> u64 {
    let name = name.as_bytes();
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    let mut i = 0;
    while i < name.len() {
        hash = (hash ^ name[i] as u64).wrapping_mul(0x0000_0100_0000_01b3);
        i += 1;
    }
    hash
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::machine::{RegionRow, TransitionRow};
    use crate::policy::Sendable;
    use crate::prelude::*;
    use crate::projection::Listened;

    #[derive(DomainId)]
    struct BallId(u32);

    #[aggregate(domain = "loops", id = BallId)]
    #[derive(Default)]
    struct Ball {}

    #[command(Ball)]
    struct Throw;

    #[event(Ball)]
    struct Thrown;

    #[state_machine(initial Still)]
    impl Ball {
        #[transition(Still)]
        fn throw(&self, _: Throw) -> Thrown {
            Thrown
        }
    }

    #[policy]
    fn throw_again(event: &Recorded<Thrown>) -> To<Throw> {
        Throw.to(event.id())
    }

    const fn policy(routes: &'static [Route]) -> PolicyInfo {
        PolicyInfo { routes, ..<throw_again as crate::policy::Policy>::INFO }
    }

    const fn ending(routes: &'static [Route]) -> PolicyInfo {
        PolicyInfo { ends: Some("the ball is lost some day"), ..policy(routes) }
    }

    const fn on(event: &'static str, sends: Sends) -> Route {
        listening(ListenedEvents::One(event), sends)
    }

    const fn on_all(machine: &'static MachineTable, sends: Sends) -> Route {
        listening(ListenedEvents::AllOf(machine), sends)
    }

    const fn listening(events: ListenedEvents, sends: Sends) -> Route {
        Route { event: Listened { aggregate: Ball::NAME, events }, sends, ends: None }
    }

    const fn to(command: &'static str) -> Sends {
        Sends::One(Sendable::of::<Throw>().named(command))
    }

    const fn machine(transitions: &'static [TransitionRow]) -> MachineTable {
        MachineTable::new("Ball", &[], transitions)
    }

    const fn aggregate(machine: &'static MachineTable) -> AggregateInfo {
        AggregateInfo { machine, ..<Ball as Aggregate>::INFO }
    }

    /// Where loops begin.
    fn begin(policies: &[PolicyInfo], machine: &'static MachineTable) -> Vec<usize> {
        let loops = Loops::of(policies, &[aggregate(machine)]);
        (0..policies.len()).filter(|&index| loops.begin_at(policies, index)).collect()
    }

    const ROWS: &[TransitionRow] = &[
        TransitionRow::decided("A", "Throw", "Thrown", "B"),
        TransitionRow::decided("B", "Catch", "Caught", "A"),
        TransitionRow::decided("B", "Catch", "Dropped", "C"),
        TransitionRow::decided("C", "Lift", "Lifted", "A").ending("B"),
        TransitionRow::following("A", "Thrown", "B"),
        TransitionRow::following("B", "Praised", "B"),
        TransitionRow::replayed("C", "Lost", "C"),
    ];
    const BALL: MachineTable = machine(ROWS);

    const CATCH: &[Route] = &[on("Thrown", to("Catch"))];
    const THROW: &[Route] = &[on("Caught", to("Throw"))];
    const LIFT: &[Route] = &[on("Dropped", to("Lift"))];

    #[test]
    fn a_policy_that_calls_for_itself_is_a_loop() {
        assert_eq!(begin(&[policy(const { &[on("Thrown", to("Throw"))] })], &BALL), [0]);
        assert_eq!(begin(&[policy(CATCH)], &BALL), [0; 0]);
    }

    #[test]
    fn a_loop_begins_at_its_first_policy() {
        assert_eq!(begin(&[policy(LIFT), policy(THROW), policy(CATCH)], &BALL), [0]);
        assert_eq!(begin(&[policy(&[]), policy(THROW), policy(CATCH)], &BALL), [1]);
    }

    #[test]
    fn the_shortest_way_round_is_told() {
        let way = |policies: &[PolicyInfo], index| {
            Loops::of(policies, &[aggregate(&BALL)]).way(policies, index).as_str().to_owned()
        };
        const BOTH: &[Route] = &[
            on("Praised", Sends::None),
            on("Thrown", Sends::All(&[Sends::None, to("Praise"), to("Catch")])),
        ];
        let round = "Caught → Throw → Thrown → Catch → Caught";
        assert_eq!(way(&[policy(THROW), policy(BOTH)], 0), round);
        assert_eq!(
            way(&[ending(LIFT), policy(BOTH), policy(THROW)], 1),
            "Thrown → Catch → Caught → Throw → Thrown"
        );
        assert_eq!(way(&[policy(THROW), policy(BOTH)], 1), "");
        const ALL: &[Route] = &[on_all(&BALL, to("Throw"))];
        assert_eq!(way(&[policy(ALL)], 0), "Ball → Throw → Ball");
    }

    #[test]
    fn each_loop_is_told() {
        const TWICE: &[Route] = &[on("Praised", to("Lift"))];
        const OWN: &[Route] = &[on("Lost", to("Lose"))];
        const LOSE: MachineTable = machine(&[
            TransitionRow::decided("A", "Throw", "Thrown", "B"),
            TransitionRow::decided("B", "Catch", "Caught", "A"),
            TransitionRow::decided("A", "Lose", "Lost", "A"),
        ]);
        let policies = [policy(CATCH), policy(THROW), policy(OWN), policy(TWICE)];
        assert_eq!(begin(&policies, &LOSE), [0, 2]);
    }

    #[test]
    fn a_policy_that_ends_is_in_no_loop() {
        assert_eq!(begin(&[policy(THROW), ending(CATCH)], &BALL), [0; 0]);
        assert_eq!(begin(&[ending(THROW), policy(CATCH)], &BALL), [0; 0]);
    }

    #[test]
    fn a_method_that_ends_leaves_the_other_loops_of_its_policy() {
        const MARKED: Route = Route { ends: Some("the ball is lost"), ..on("Thrown", to("Throw")) };
        assert_eq!(begin(&[policy(const { &[MARKED] })], &BALL), [0; 0]);
        const ANOTHER: &[Route] = &[MARKED, on("Praised", to("Lift"))];
        assert_eq!(begin(&[policy(ANOTHER)], &BALL), [0]);
        let loops = Loops::of(&[policy(ANOTHER)], &[aggregate(&BALL)]);
        assert_eq!(loops.way(&[policy(ANOTHER)], 0).as_str(), "Praised → Lift → Praised");
    }

    #[test]
    fn a_policy_that_goes_on_step_by_step_is_no_loop() {
        const GOES_ON: &[Route] = &[on("Thrown", to("Catch")), on("Dropped", to("Lift"))];
        const STEPS: MachineTable = machine(&[
            TransitionRow::decided("A", "Throw", "Thrown", "B"),
            TransitionRow::decided("B", "Catch", "Dropped", "A"),
            TransitionRow::decided("A", "Lift", "Lifted", "A"),
        ]);
        assert_eq!(begin(&[policy(GOES_ON)], &STEPS), [0; 0]);
    }

    #[test]
    fn what_follows_in_a_commit_counts_for_its_command_alone() {
        assert_eq!(begin(&[policy(const { &[on("Praised", to("Lift"))] })], &BALL), [0]);
        assert_eq!(begin(&[policy(const { &[on("Praised", to("Throw"))] })], &BALL), [0; 0]);
        // It is only replayed.
        assert_eq!(begin(&[policy(const { &[on("Lost", to("Lift"))] })], &BALL), [0; 0]);
    }

    #[test]
    fn each_command_of_an_answer_counts() {
        const DEEP: &[Route] =
            &[on("Thrown", Sends::All(&[Sends::None, Sends::All(&[to("Throw")])]))];
        assert_eq!(begin(&[policy(DEEP)], &BALL), [0]);
    }

    #[test]
    fn a_loop_goes_through_regions() {
        const INNER: MachineTable = machine(&[TransitionRow::decided("A", "Spin", "Spun", "A")]);
        const REGION: RegionRow = RegionRow { name: "spin", machine: &INNER, open_in: &[] };
        const OUTER: MachineTable = machine(ROWS).with_regions(&[REGION]);
        assert_eq!(begin(&[policy(const { &[on("Spun", to("Spin"))] })], &OUTER), [0]);
    }

    #[test]
    fn who_takes_all_of_a_machine_takes_its_regions_too() {
        const INNER: MachineTable =
            MachineTable::new("Top", &[], &[TransitionRow::decided("A", "Spin", "Spun", "A")]);
        const REGION: RegionRow = RegionRow { name: "spin", machine: &INNER, open_in: &[] };
        const OUTER: MachineTable = machine(ROWS).with_regions(&[REGION]);
        assert_eq!(begin(&[policy(const { &[on_all(&OUTER, to("Throw"))] })], &OUTER), [0]);
        assert_eq!(begin(&[policy(const { &[on_all(&OUTER, to("Spin"))] })], &OUTER), [0]);
        assert_eq!(begin(&[policy(const { &[on_all(&INNER, to("Spin"))] })], &OUTER), [0]);
        assert_eq!(begin(&[policy(const { &[on_all(&INNER, to("Throw"))] })], &OUTER), [0; 0]);
    }

    #[test]
    fn who_takes_all_does_not_take_what_another_method_takes() {
        const NOTHING: Route = on("Thrown", Sends::None);
        const ALL: &[Route] = &[NOTHING, on_all(&BALL, to("Throw"))];
        assert_eq!(begin(&[policy(ALL)], &BALL), [0; 0]);
        assert_eq!(begin(&[policy(ALL), policy(CATCH)], &BALL), [0], "by way of what was caught");
    }

    #[test]
    fn an_aggregate_is_known_by_its_whole_name() {
        const OTHER: AggregateName = AggregateName::new("loops.bat");
        let aggregate = AggregateInfo { name: OTHER, ..aggregate(&BALL) };
        let policies = [policy(CATCH), policy(THROW)];
        let loops = Loops::of(&policies, &[aggregate]);
        assert!(!loops.begin_at(&policies, 0));
    }

    const MANY: [Route; 8] = [
        on("ThrownOverTheHedge", to("FetchFromTheGarden0")),
        on("ThrownIntoTheWater", to("FetchFromTheGarden1")),
        on("ThrownOntoTheRoofs", to("FetchFromTheGarden2")),
        on("ThrownUnderTheCars", to("FetchFromTheGarden3")),
        on("ThrownAcrossARoads", to("FetchFromTheGarden4")),
        on("ThrownAtTheWindows", to("FetchFromTheGarden5")),
        on("ThrownByTheTeacher", to("FetchFromTheGarden6")),
        on("ThrownToTheKeepers", to("FetchFromTheGarden7")),
    ];
    const LARGE: [PolicyInfo; 64] = [policy(&MANY); 64];

    #[test]
    fn a_reaction_too_many_is_told_once() {
        let mut policies = LARGE.to_vec();
        assert!((0..64).all(|index| Loops::has_room(&policies, index)));
        policies.extend([ending(&MANY), policy(CATCH), policy(CATCH)]);
        let too_many: Vec<_> =
            (0..67).filter(|&index| !Loops::has_room(&policies, index)).collect();
        assert_eq!(too_many, [65]);
    }

    /// Sixty states with ten commands each, and no two rows alike that follow each other: more than
    /// rustc evaluates without a word is an error here.
    #[test]
    fn a_large_system_is_looked_at_in_time() {
        static ROWS: [TransitionRow; 600] = {
            let mut rows = [TransitionRow::decided("A", "", "", "A"); 600];
            let mut i = 0;
            while i < rows.len() {
                rows[i].command = match MANY[i % 8].sends {
                    Sends::One(one) => Some(one.command),
                    _ => None,
                };
                // The last one calls for what brings itself about.
                rows[i].event = match MANY[if i % 8 == 7 { 7 } else { i % 8 + 1 }].event.events {
                    ListenedEvents::One(name) => name,
                    ListenedEvents::AllOf(_) => continue,
                };
                i += 1;
            }
            rows
        };
        const TABLE: MachineTable = machine(&ROWS);
        const LOOPS: Loops = Loops::of(&LARGE, &[aggregate(&TABLE)]);
        assert!(LOOPS.begin_at(&LARGE, 0));
        assert!((1..64).all(|index| !LOOPS.begin_at(&LARGE, index)));
    }
}
