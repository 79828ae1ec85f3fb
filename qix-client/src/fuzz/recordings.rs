use futures_util::{FutureExt, SinkExt, StreamExt};
use serde_json::Value;

use crate::connect::{Incoming, Outgoing};
use crate::record::Replay;

/// Any file is a recording or an error; what it holds is answered when it is asked for, under the id of who asks.
pub fn recordings(input: &[u8]) {
    let Ok(replay) = Replay::read(input) else { return };
    let mut transport = replay.transport();
    let text = String::from_utf8_lossy(input);
    let lines = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let requests: Vec<Value> = lines.filter(|line| line["dir"] == ">").map(|mut line| line["msg"].take()).collect();
    for mut request in requests.into_iter().filter(Value::is_object) {
        request["id"] = Value::from("another");
        let sent = transport.writing.send(Outgoing::Text(request.to_string())).now_or_never();
        sent.expect("nothing is waited for").expect("what was recorded is understood");
    }
    assert_eq!(replay.differences(), Vec::<String>::new(), "all was recorded");
    while let Some(Some(message)) = transport.reading.next().now_or_never() {
        let Ok(Incoming::Text(message)) = message else { panic!("{message:?}") };
        serde_json::from_str::<Value>(message.as_ref()).expect("what is answered is JSON");
    }
}
