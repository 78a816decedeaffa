//! A machine answers lines with lines.

use cim_runtime::prelude::*;
use cim_runtime::testing::BlackBox;

use crate::walks::{Account, AccountClosed, AccountOpened, Channel, CloseAccount};

fn answers(mut account: BlackBox<Account>, lines: &[&str]) -> Vec<String> {
    lines.iter().map(|line| account.answer(line)).collect()
}

#[test]
fn each_line_has_one_answer() {
    let lines = [
        "Withdraw",
        "OpenAccount",
        r#"Deposit {"cents": 5}"#,
        r#"Withdraw {"cents": 9}"#,
        r#"  CloseAccount  "#,
        r#"Withdraw {"cents": 5}"#,
        "CloseAccount",
        "reset",
        "CloseAccount",
    ];
    assert_eq!(
        answers(BlackBox::new(), &lines),
        [
            "not-now",
            "AccountOpened",
            "Deposited, Tagged",
            "refused Overdrawn",
            "nothing",
            "Emptied",
            "AccountClosed",
            "reset",
            "not-now",
        ]
    );
}

#[test]
fn data_is_shown_as_dag_json() {
    let lines = [
        r#"OpenAccount {"code": {"/": {"bytes": "AAAAAA"}}, "channel": {"Phone": {"number": "1"}}}"#,
        r#"Deposit {"cents": 5, "tags": ["x"]}"#,
        r#"Withdraw {"cents": 9}"#,
    ];
    assert_eq!(
        answers(BlackBox::new().with_data(), &lines),
        [
            r#"AccountOpened {"channel":{"Phone":{"number":"1"}}}"#,
            r#"Deposited {"cents":5}, Tagged {"tag":"x"}"#,
            r#"refused {"Overdrawn":{"cents":5}}"#,
        ]
    );
}

#[test]
fn what_is_no_command_is_told() {
    let lines = ["", "deposit", "Deposit {", "Deposit 5", r#"Deposit {"euros": 5}"#];
    let answers = answers(BlackBox::new(), &lines);
    let expected = [
        "error `` is not a command: expected reset, OpenAccount, Deposit, Withdraw, CloseAccount",
        "error `deposit` is not a command",
        "error the fields: EOF while parsing",
        "error the fields are not an object",
        "error `Deposit` has no field `euros`, only tags, cents",
    ];
    for (answer, expected) in answers.iter().zip(expected) {
        assert!(answer.starts_with(expected), "{answer}");
        assert!(!answer.contains('\n'));
    }
}

#[test]
fn a_program_is_one_line() {
    let mut output = Vec::new();
    let input = "OpenAccount\nreset\nDeposit\n";
    BlackBox::<Account>::new().run(input.as_bytes(), &mut output).unwrap();
    assert_eq!(String::from_utf8(output).unwrap(), "AccountOpened\nreset\nnot-now\n");
}

#[test]
fn a_black_box_gives_out_the_ids_that_a_test_does() {
    let lines = ["OpenAccount", "CloseAccount"];
    let answers = answers(BlackBox::new().with_data(), &lines);
    let cx = Account::given(AccountOpened { channel: Channel::Desk }).context();
    let id = cx.new_id();
    let bytes = cim_runtime::dag_json::from_str(&answers[1]["AccountClosed ".len()..]).unwrap();
    assert_eq!(bytes.get("id").unwrap(), Some(&id.as_bytes().to_vec().into()));
    Account::given(AccountOpened { channel: Channel::Desk })
        .when(CloseAccount { because_of: None, rate: 1.0 })
        .then(AccountClosed { rate: 1.0, id });
}
