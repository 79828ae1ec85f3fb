//! Entry points for fuzzing; see `tests/fuzz`.

use crate::{Filter, Log, Options, page, terminal};

/// Any file must parse as a log with faults: each line is a message or a fault, and every query returns a result.
pub fn logs(input: &[u8]) {
    let options = Options { payload: 60, text: Some("sales".to_owned()) };
    let log = Log::read(input, &options).expect("bytes in memory can be read");
    assert_eq!(log.bytes, input.len() as u64);
    let lines = input.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty()).count();
    assert!(log.messages.len() <= lines);
    for call in &log.calls {
        assert!(call.reply.is_none_or(|reply| reply > call.request));
        assert!(call.took(&log).is_none() || call.reply.is_some());
    }
    let filter = Filter::default();
    let handles = log.objects.iter().map(|object| object.handle).take(3);
    let about = handles.map(|handle| terminal::about(&log, handle) + &terminal::invalidated(&log, handle, 10));
    let said: String = about
        .chain([
            terminal::overview(&log, 10),
            terminal::objects(&log, 10),
            terminal::list(&log, &filter, 10),
            terminal::slowest(&log, &filter, 10),
            terminal::pair(&log, &Filter { id: log.calls.first().map(|call| call.id), ..filter }),
        ])
        .collect();
    assert!(!said.contains('\u{1b}'), "what a log holds cannot command the terminal");
    page::write(&log, "log", &mut std::io::sink()).expect("nothing is written anywhere");
}
