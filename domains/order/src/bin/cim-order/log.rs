//! An object-centric event log as CSV: the rows of an order process.
//!
//! The format is that of the sample logs of the OCEL standard (<https://www.ocel-standard.org>):
//! one row names an activity, a time, and the objects it happens to as Python-style lists.

use std::fs::File;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use cim_order::item::ItemId;
use cim_order::order::OrderId;
use cim_order::package::PackageId;
use cim_runtime::{DomainId, InvalidId, Timestamp};
use csv::StringRecord;

/// A log that is read row by row.
pub(crate) struct Log {
    path: PathBuf,
    reader: csv::Reader<File>,
    columns: Columns,
    cells: usize,
    record: StringRecord,
    /// How many bytes the file has.
    pub(crate) bytes: u64,
}

/// A row that cannot be read.
pub(crate) struct Skipped {
    pub(crate) line: u64,
    pub(crate) problem: String,
}

impl Log {
    /// Opens the file, and reads its header.
    pub(crate) fn open(path: &Path) -> anyhow::Result<Self> {
        let shown = path.display();
        let file = File::open(path).with_context(|| format!("cannot read {shown}"))?;
        let bytes = file.metadata().with_context(|| format!("cannot read {shown}"))?.len();
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(file);
        let header = reader.headers().with_context(|| format!("{shown} is not CSV"))?.clone();
        let columns = Columns::of(&header).map_err(|error| anyhow::anyhow!("{shown}: {error}"))?;
        let (cells, record) = (header.len(), StringRecord::new());
        Ok(Self { path: path.to_owned(), reader, columns, cells, record, bytes })
    }

    /// How many bytes were read.
    pub(crate) fn position(&self) -> u64 {
        self.reader.position().byte()
    }

    /// The next row, or what is wrong with it; `None` at the end.
    pub(crate) fn next(&mut self) -> anyhow::Result<Option<Result<Row, Skipped>>> {
        let start = self.reader.position().line();
        let line = match self.reader.read_record(&mut self.record) {
            Ok(false) => return Ok(None),
            Ok(true) => self.record.position().map_or(start, csv::Position::line),
            // An I/O error would be met again for ever.
            Err(error) if error.is_io_error() => {
                let path = self.path.display();
                return Err(error).with_context(|| format!("cannot read {path}"));
            }
            Err(error) => {
                return Ok(Some(Err(Skipped { line: start, problem: error.to_string() })));
            }
        };
        let (found, cells) = (self.record.len(), self.cells);
        let row = match found == cells {
            true => self.columns.read(&self.record, line),
            false => Err(format!("the row has {found} cells, the header {cells}")),
        };
        Ok(Some(row.map_err(|problem| Skipped { line, problem })))
    }
}

/// One row: something that happened to some objects.
pub(crate) struct Row {
    /// Where it stands in the file.
    pub(crate) line: u64,
    /// The row's own id.
    pub(crate) id: String,
    pub(crate) at: Timestamp,
    pub(crate) activity: Activity,
}

/// What happened, and to which objects.
pub(crate) enum Activity {
    PlaceOrder { order: OrderId, items: Vec<ItemId>, price_cents: u64 },
    ConfirmOrder { order: OrderId },
    RemindOfPayment { order: OrderId },
    PayOrder { order: OrderId, price_cents: u64 },
    ItemOutOfStock { item: ItemId },
    ReorderItem { item: ItemId },
    PickItem { item: ItemId },
    CreatePackage { package: PackageId, items: Vec<ItemId> },
    SendPackage { package: PackageId },
    FailDelivery { package: PackageId },
    DeliverPackage { package: PackageId },
}

/// Where each column stands.
struct Columns {
    id: usize,
    activity: usize,
    time: usize,
    items: usize,
    orders: usize,
    packages: usize,
    price: usize,
}

impl Columns {
    /// Reads the header; the columns may stand in any order, and others beside them.
    fn of(header: &StringRecord) -> Result<Self, String> {
        let find = |name: &str| {
            let found = header.iter().position(|column| column == name);
            found.ok_or_else(|| format!("the log has no column `{name}`"))
        };
        Ok(Self {
            id: find("ocel:eid")?,
            activity: find("ocel:activity")?,
            time: find("ocel:timestamp")?,
            items: find("ocel:type:items")?,
            orders: find("ocel:type:orders")?,
            packages: find("ocel:type:packages")?,
            price: find("price")?,
        })
    }

    /// Reads a row, or says what is wrong with it.
    fn read(&self, record: &StringRecord, line: u64) -> Result<Row, String> {
        let cell = |column: usize| record.get(column).unwrap_or_default().trim();
        let id = cell(self.id);
        if id.is_empty() {
            return Err("the row has no id".to_owned());
        }
        let time = cell(self.time);
        let at = parse_time(time).ok_or_else(|| format!("`{time}` is not a time"))?;
        let activity = self.activity(cell(self.activity), &cell)?;
        Ok(Row { line, id: id.to_owned(), at, activity })
    }

    fn activity<'r>(
        &self,
        name: &str,
        cell: &dyn Fn(usize) -> &'r str,
    ) -> Result<Activity, String> {
        let order = || one(cell(self.orders), "order");
        let item = || one(cell(self.items), "item");
        let package = || one(cell(self.packages), "package");
        let items = || many(cell(self.items), "item");
        let price_cents = || {
            let price = cell(self.price);
            parse_cents(price).ok_or_else(|| format!("`{price}` is not a price in cents"))
        };
        Ok(match name {
            "place order" => Activity::PlaceOrder {
                order: order()?,
                items: items()?,
                price_cents: price_cents()?,
            },
            "confirm order" => Activity::ConfirmOrder { order: order()? },
            "payment reminder" => Activity::RemindOfPayment { order: order()? },
            "pay order" => Activity::PayOrder { order: order()?, price_cents: price_cents()? },
            "item out of stock" => Activity::ItemOutOfStock { item: item()? },
            "reorder item" => Activity::ReorderItem { item: item()? },
            "pick item" => Activity::PickItem { item: item()? },
            "create package" => Activity::CreatePackage { package: package()?, items: items()? },
            "send package" => Activity::SendPackage { package: package()? },
            "failed delivery" => Activity::FailDelivery { package: package()? },
            "package delivered" => Activity::DeliverPackage { package: package()? },
            other => return Err(format!("the activity `{other}` is unknown")),
        })
    }
}

/// The only object of its kind.
fn one<I>(list: &str, noun: &str) -> Result<I, String>
where
    I: DomainId + std::str::FromStr<Err = InvalidId>,
{
    let mut ids = many(list, noun)?;
    match (ids.pop(), ids.len()) {
        (Some(id), 0) => Ok(id),
        (_, others) => Err(format!("the row names {} {noun}s, expected one", others + 1)),
    }
}

/// One object or more: `['880001','880004']`.
fn many<I>(list: &str, noun: &str) -> Result<Vec<I>, String>
where
    I: DomainId + std::str::FromStr<Err = InvalidId>,
{
    if list.is_empty() {
        return Err(format!("the row names no {noun}"));
    }
    let ids = parse_list(list).ok_or_else(|| format!("`{list}` is not a list of {noun}s"))?;
    let ids: Result<Vec<I>, InvalidId> = ids.iter().map(|id| id.parse()).collect();
    let ids = ids.map_err(|error| error.to_string())?;
    match (1..ids.len()).find(|&i| ids[..i].contains(&ids[i])) {
        Some(twice) => Err(format!("the row names the {noun} `{}` twice", ids[twice])),
        None => Ok(ids),
    }
}

fn parse_list(text: &str) -> Option<Vec<&str>> {
    let inner = text.strip_prefix('[')?.strip_suffix(']')?.trim();
    if inner.is_empty() {
        return None;
    }
    inner.split(',').map(unquoted).collect()
}

fn unquoted(text: &str) -> Option<&str> {
    let text = text.trim();
    let quote = text.chars().next().filter(|quote| matches!(quote, '\'' | '"'))?;
    text.strip_prefix(quote)?.strip_suffix(quote).filter(|text| !text.contains(quote))
}

/// `2019-05-20 07:07:47.000Z`.
fn parse_time(text: &str) -> Option<Timestamp> {
    text.parse().ok()
}

/// `524.96` as 52,496 cents: exact, and never through a float.
fn parse_cents(text: &str) -> Option<u64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let fraction = fraction.trim_end_matches('0');
    if !digits(whole) || fraction.len() > 2 || !(fraction.is_empty() || digits(fraction)) {
        return None;
    }
    let cents: u64 = format!("{fraction:0<2}").parse().ok()?;
    whole.parse::<u64>().ok()?.checked_mul(100)?.checked_add(cents)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_are_exact() {
        assert_eq!(parse_cents("524.96"), Some(52_496));
        assert_eq!(parse_cents("2200.0"), Some(220_000));
        assert_eq!(parse_cents("7"), Some(700));
        assert_eq!(parse_cents("7.5"), Some(750));
        for wrong in ["", "1.005", "-1", "1e3", "one", ".5", "99999999999999999999"] {
            assert_eq!(parse_cents(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn lists_are_pythons() {
        assert_eq!(parse_list("['1','2']"), Some(vec!["1", "2"]));
        assert_eq!(parse_list("[\"1\", '2']"), Some(vec!["1", "2"]));
        for wrong in ["", "[]", "['1'", "[1]", "['1',]", "1"] {
            assert_eq!(parse_list(wrong), None, "{wrong}");
        }
    }
}
