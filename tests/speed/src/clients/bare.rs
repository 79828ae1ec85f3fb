//! tokio-tungstenite alone: the cost of sending and receiving without a client.

use std::time::{Duration, Instant};

use anyhow::{Result, bail, ensure};
use futures_util::{SinkExt, StreamExt};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;

use crate::gauge::{Gauge, Memory, Report};
use crate::workload::{Change, Workload};

type Socket = tokio_tungstenite::WebSocketStream<TcpStream>;

pub(super) async fn turn(url: &str, workload: Workload, time: Duration) -> Result<Report> {
    let before = Memory::get();
    let host = url.trim_start_matches("ws://");
    let socket = TcpStream::connect(host).await?;
    socket.set_nodelay(true)?;
    // The read buffer is cleared before each read, so its size matters.
    let config = WebSocketConfig::default().read_buffer_size(32 * 1024);
    let (mut socket, _) = tokio_tungstenite::client_async_with_config(url, socket, Some(config)).await?;
    // The greeting.
    socket.next().await;
    work(&mut socket, workload, time / 2).await?;
    let gauge = Gauge::start();
    let done = work(&mut socket, workload, time).await?;
    Ok(gauge.report(done, before))
}

/// Sends as many requests as may be in flight, then receives as many responses, for a given time.
async fn work(socket: &mut Socket, workload: Workload, time: Duration) -> Result<u64> {
    let (in_flight, request, length) = match workload {
        Workload::Calls(in_flight) => (in_flight, r#""method":"Evaluate","params":{"qExpression":"7"}}"#, 30),
        Workload::Pages(in_flight) => (in_flight, r#""method":"GetHyperCubeData","params":{}}"#, 100_000),
        _ => bail!("the bare socket supports small calls only"),
    };
    let handle = Change::Nothing.object();
    let end = Instant::now() + time;
    let mut done = 0;
    while Instant::now() < end {
        for _ in 0..in_flight {
            done += 1;
            let request = format!(r#"{{"jsonrpc":"2.0","id":{done},"handle":{handle},{request}"#);
            socket.feed(Message::text(request)).await?;
        }
        socket.flush().await?;
        for _ in 0..in_flight {
            match socket.next().await {
                Some(Ok(Message::Text(text))) => ensure!(text.len() > length),
                other => bail!("expected a response, received {other:?}"),
            }
        }
    }
    Ok(done)
}
