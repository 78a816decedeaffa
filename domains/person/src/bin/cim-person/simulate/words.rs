//! What people are called, and what they do.

/// Of several scripts, as people are.
pub(super) const GIVEN: &[&str] = &[
    "Ada",
    "Grace",
    "Alan",
    "Emmy",
    "Sofja",
    "Maryam",
    "Srinivasa",
    "Chien-Shiung",
    "Katherine",
    "Edsger",
    "Barbara",
    "Donald",
    "Radia",
    "Tim",
    "Margaret",
    "Niklaus",
    "Frances",
    "Ken",
    "明",
    "さくら",
    "Юрий",
    "Ελένη",
    "فاطمة",
    "नीता",
    "José",
    "Zoë",
];

pub(super) const FAMILY: &[&str] = &[
    "Lovelace",
    "Hopper",
    "Turing",
    "Noether",
    "Kowalewskaja",
    "Mirzakhani",
    "Ramanujan",
    "Wu",
    "Johnson",
    "Dijkstra",
    "Liskov",
    "Knuth",
    "Perlman",
    "Berners-Lee",
    "Hamilton",
    "Wirth",
    "Allen",
    "Thompson",
    "王",
    "山田",
    "Иванов",
    "Παπαδοπούλου",
    "الزهراء",
    "शर्मा",
    "García",
    "O’Neill",
];

pub(super) const EMPLOYERS: &[&str] = &[
    "Analytical Engines",
    "Harvard Computers",
    "Bletchley Works",
    "Göttingen Institute",
    "Bell Laboratories",
    "Xerox Park",
    "北京科技",
    "Acme",
];

pub(super) const TITLES: &[&str] =
    &["Engineer", "Analyst", "Teacher", "Nurse", "Architect", "Baker", "Director", "Apprentice"];

pub(super) const SKILLS: &[&str] = &[
    "Rust",
    "SQL",
    "Statistics",
    "French",
    "Mandarin",
    "Project management",
    "Writing",
    "Drawing",
    "First aid",
    "Networks",
    "Cooking",
    "Accounting",
    "Law",
    "Teaching",
    "Chess",
    "Haskell",
];

pub(super) const PURPOSES: &[&str] = &["newsletter", "research", "photographs"];
