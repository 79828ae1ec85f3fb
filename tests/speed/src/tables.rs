//! Formats the results as terminal tables.

use std::fmt;

use comfy_table::{CellAlignment, Table, presets};

use crate::clients::Name;
use crate::gauge::Figures;
use crate::run::{IN_FLIGHT, Results};
use crate::server::Answers;
use crate::workload::{Change, Kept, Workload};

/// All tables.
pub(crate) struct Tables<'a>(pub(crate) &'a Results);

impl fmt::Display for Tables<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "\nSmall calls on one socket: per second, relative to qix-client; CPU time per call; peak memory")?;
        writeln!(f, "{}", self.calls())?;
        writeln!(
            f,
            "\nPages of 10,000 cells, four in flight: per second, relative to qix-client; CPU time per page; peak memory"
        )?;
        writeln!(f, "{}", self.pages())?;
        writeln!(
            f,
            "\nExport of rows of six columns, as record batches or JavaScript arrays: rows per second, relative to enigma.js; CPU time per row; peak memory"
        )?;
        writeln!(f, "{}", self.exports())?;
        writeln!(f, "\nThe same call repeated: bytes and CPU time of qix-client, complete and as deltas")?;
        writeln!(f, "{}", self.answers())?;
        writeln!(f, "\nMemory of qix-client for each item")?;
        writeln!(f, "{}", self.kept())
    }
}

impl Tables<'_> {
    fn figures(&self, workload: Workload) -> impl Iterator<Item = (Name, Figures)> {
        self.0.iter().filter(move |(_, found, _)| *found == workload).map(|(name, _, figures)| (*name, *figures))
    }

    fn of(&self, name: Name, workload: Workload) -> Option<Figures> {
        self.figures(workload).find(|(found, _)| *found == name).map(|(_, figures)| figures)
    }

    fn calls(&self) -> Table {
        let mut table = table(&["", "1 in flight", "64", "1,000", "1", "64", "1,000", "memory"]);
        for (name, _) in self.figures(Workload::Calls(1)) {
            let figures = IN_FLIGHT.map(|number| self.of(name, Workload::Calls(number)));
            let ours = IN_FLIGHT.map(|number| self.of(Name::Qix, Workload::Calls(number)));
            let mut row = vec![name.title().to_owned()];
            row.extend(figures.iter().zip(&ours).map(|(figures, ours)| rate(*figures, *ours)));
            row.extend(figures.iter().map(|figures| micros(figures.and_then(|figures| figures.cpu))));
            row.push(mebibytes(figures[IN_FLIGHT.len() - 1].and_then(|figures| figures.peak)));
            table.add_row(row);
        }
        table
    }

    fn pages(&self) -> Table {
        let mut table = table(&["", "pages", "processor", "memory"]);
        let workload =
            self.0.iter().map(|(_, workload, _)| *workload).find(|workload| matches!(workload, Workload::Pages(_)));
        let Some(workload) = workload else { return table };
        let ours = self.of(Name::Qix, workload);
        for (name, figures) in self.figures(workload) {
            table.add_row([
                name.title().to_owned(),
                rate(Some(figures), ours),
                micros(figures.cpu),
                mebibytes(figures.peak),
            ]);
        }
        table
    }

    fn exports(&self) -> Table {
        let mut table = table(&["", "rows", "processor", "memory"]);
        let workloads = self.0.iter().map(|(_, workload, _)| *workload);
        let Some(workload) = workloads.into_iter().find(|workload| matches!(workload, Workload::Export(_))) else {
            return table;
        };
        let peer = self.of(Name::Enigma, workload).or(self.of(Name::Qix, workload));
        for (name, figures) in self.figures(workload) {
            let title = if name == Name::Qix { "qix-client, record batches" } else { name.title() };
            table.add_row([title.to_owned(), rate(Some(figures), peer), micros(figures.cpu), mebibytes(figures.peak)]);
        }
        table
    }

    fn answers(&self) -> Table {
        let mut table = table(&["", "bytes", "as deltas", "CPU time", "as deltas"]);
        let answers = Answers::new();
        for change in Change::ALL {
            let [whole, delta] = [false, true];
            let cpu =
                |delta| micros(self.of(Name::Qix, Workload::Answers { change, delta }).and_then(|figures| figures.cpu));
            let bytes = |delta| grouped(answers.bytes(change, delta) as f64);
            table.add_row([title(change).to_owned(), bytes(whole), bytes(delta), cpu(whole), cpu(delta)]);
        }
        table
    }

    fn kept(&self) -> Table {
        let mut table = table(&["", "bytes"]);
        for (_, workload, figures) in self.0 {
            let Workload::Keep(kept, count) = workload else { continue };
            let title = match kept {
                Kept::Sessions => "session without calls",
                Kept::Objects => "object",
                Kept::Calls => "pending call, in its own task",
            };
            let each = figures.memory.map(|memory| memory * 1024.0 / f64::from(*count));
            table.add_row([title.to_owned(), each.map_or_else(unknown, grouped)]);
        }
        table
    }
}

fn title(change: Change) -> &'static str {
    match change {
        Change::Nothing => "layout that stays the same",
        Change::Little => "layout, 5 of 40 rows selected",
        Change::Much => "layout, all 400 cells new",
        Change::Page => "page of 10,000 cells, all new",
    }
}

pub(crate) fn table(header: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_preset(presets::NOTHING).set_header(header);
    for (at, column) in table.column_iter_mut().enumerate() {
        column.set_padding((0, 2));
        if at > 0 {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table
}

fn rate(figures: Option<Figures>, ours: Option<Figures>) -> String {
    let Some((figures, ours)) = figures.zip(ours) else { return unknown() };
    format!("{} ({:.2})", grouped(figures.rate), figures.rate / ours.rate)
}

fn micros(micros: Option<f64>) -> String {
    micros.map_or_else(unknown, |micros| format!("{micros:.1} µs"))
}

fn mebibytes(kibibytes: Option<f64>) -> String {
    kibibytes.map_or_else(unknown, |kibibytes| format!("{:.1} MiB", kibibytes / 1024.0))
}

/// Placeholder for values that the system does not provide.
pub(crate) fn unknown() -> String {
    "–".to_owned()
}

/// A number with thousands separators.
pub(crate) fn grouped(number: f64) -> String {
    let digits = format!("{number:.0}");
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    out
}
