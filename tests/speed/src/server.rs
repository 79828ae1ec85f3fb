//! The server that all clients are measured against: it sends prepared frames and does not decode requests.

mod answers;
mod frames;
mod table;

use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

use anyhow::Result;
use tokio_tungstenite::tungstenite;

use answers::Connection;
pub(crate) use answers::{Answers, COLUMNS, ROWS};
use frames::{CLOSE, Frames, TEXT};
pub(crate) use table::EXPORTED;

/// Runs until standard input is closed, which happens when the parent process ends. Prints its URL.
pub(crate) fn run() -> Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    println!("ws://{}", listener.local_addr()?);
    let answers: &'static Answers = Box::leak(Box::new(Answers::new()));
    thread::spawn(move || {
        for socket in listener.incoming().flatten() {
            // Clients may disconnect without a close frame.
            thread::spawn(move || answer(socket, answers).ok());
        }
    });
    io::stdin().read_to_end(&mut Vec::new())?;
    Ok(())
}

fn answer(socket: TcpStream, answers: &Answers) -> Result<()> {
    socket.set_nodelay(true)?;
    let mut socket = tungstenite::accept(socket)?.get_ref().try_clone()?;
    let mut out = Vec::new();
    frames::write(&mut out, TEXT, &[answers::GREETING]);
    socket.write_all(&out)?;
    let mut frames = Frames::new();
    let mut connection = Connection::default();
    while frames.fill(&mut socket)? {
        out.clear();
        while let Some((opcode, payload)) = frames.next() {
            if opcode == CLOSE {
                frames::write(&mut out, CLOSE, &[payload]);
                return Ok(socket.write_all(&out)?);
            }
            answers.answer(&mut connection, payload, &mut out);
        }
        socket.write_all(&out)?;
    }
    Ok(())
}
