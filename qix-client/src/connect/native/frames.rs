//! The frames of a WebSocket on the side of a client, as in [RFC 6455](https://www.rfc-editor.org/rfc/rfc6455), without
//! I/O.
//!
//! The library reads into a buffer that it clears before each read and keeps for the life of the connection. Here, a
//! long message is read directly into the memory of its text, and a connection without messages keeps a small buffer.

use std::hash::{BuildHasher, RandomState};
use std::ops::Range;

use tokio_tungstenite::tungstenite::error::{CapacityError, Error as WsError, ProtocolError};
use tokio_tungstenite::tungstenite::protocol::frame::coding::{CloseCode, Control, Data, OpCode};

use crate::connect::text::{self, LONG, Text};

/// The buffer of a connection that waits for messages.
const SMALL: usize = 4 * 1024;

/// The buffer of a connection on which more arrives than fits into the small one. It is freed at each pause, and the
/// allocator looks for more to free after a block of 64 KiB.
const LARGE: usize = 32 * 1024;

/// The memory reserved for a payload before it arrives: the length that a header states may be wrong.
const TRUSTED: usize = 16 * 1024 * 1024;

/// A message, or a control frame that needs an answer.
#[derive(Debug)]
pub(super) enum Arrived {
    Text(Text),
    Ping(Vec<u8>),
    Close(Option<(CloseCode, String)>),
}

/// Takes messages out of the bytes that have arrived.
pub(super) struct Frames {
    /// What has arrived; everything before `start` has been taken.
    buffer: Vec<u8>,
    start: usize,
    /// The length of the short frame that has arrived in part.
    wanted: usize,
    /// The frame whose payload is being read.
    current: Option<Payload>,
    /// A message that consists of several frames, and has not ended.
    message: Option<Fragments>,
    max_size: usize,
}

/// What matters of the header of a frame.
#[derive(Clone, Copy)]
struct Header {
    opcode: OpCode,
    is_final: bool,
}

/// A long payload that is not complete.
struct Payload {
    header: Header,
    bytes: Vec<u8>,
    length: usize,
}

/// The frames of a message so far.
struct Fragments {
    kind: Data,
    bytes: Vec<u8>,
    /// The bytes that are known to be text.
    checked: usize,
}

impl Fragments {
    fn new(kind: Data, bytes: Vec<u8>) -> Result<Self, WsError> {
        let mut fragments = Self { kind, bytes, checked: 0 };
        fragments.check()?;
        Ok(fragments)
    }

    fn push(&mut self, bytes: &[u8]) -> Result<(), WsError> {
        self.bytes.extend_from_slice(bytes);
        self.check()
    }

    /// Checks what is new, so that an error does not wait for the end of the message. A frame may end inside a character.
    fn check(&mut self) -> Result<(), WsError> {
        if self.kind == Data::Text {
            match str::from_utf8(&self.bytes[self.checked..]) {
                Ok(text) => self.checked += text.len(),
                Err(error) if error.error_len().is_none() => self.checked += error.valid_up_to(),
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }
}

impl Frames {
    /// Starts with bytes that have arrived already.
    pub(super) fn new(arrived: Vec<u8>, max_size: Option<usize>) -> Self {
        let max_size = max_size.unwrap_or(usize::MAX);
        Self { buffer: arrived, start: 0, wanted: 0, current: None, message: None, max_size }
    }

    /// The next message, if it is complete.
    pub(super) fn next(&mut self) -> Result<Option<Arrived>, WsError> {
        loop {
            let arrived = match self.current.take() {
                Some(payload) if payload.bytes.len() < payload.length => {
                    self.current = Some(payload);
                    return Ok(None);
                }
                Some(Payload { header, bytes, .. }) => self.frame(header, Bytes::Own(bytes))?,
                None => {
                    let Some((header, payload)) = self.header()? else { return Ok(None) };
                    if payload.end > self.buffer.len() {
                        self.expect(header, payload);
                        return Ok(None);
                    }
                    self.start = payload.end;
                    // Taken out for as long as it is borrowed.
                    let buffer = std::mem::take(&mut self.buffer);
                    let arrived = self.frame(header, Bytes::Borrowed(&buffer[payload]));
                    self.buffer = buffer;
                    arrived?
                }
            };
            if arrived.is_some() {
                return Ok(arrived);
            }
        }
    }

    /// Where to read to, and how many bytes at most.
    pub(super) fn room(&mut self) -> (&mut Vec<u8>, usize) {
        match &mut self.current {
            Some(Payload { bytes, length, .. }) => {
                let left = *length - bytes.len();
                if bytes.len() == bytes.capacity() {
                    bytes.reserve_exact(left.min(bytes.len().max(TRUSTED)));
                }
                (bytes, left)
            }
            None => {
                let full = self.buffer.len() == self.buffer.capacity();
                // What is left is the beginning of a short frame.
                self.buffer.drain(..self.start);
                self.start = 0;
                let size = if full && self.buffer.capacity() >= SMALL { LARGE } else { SMALL };
                let missing = size.max(std::mem::take(&mut self.wanted)).saturating_sub(self.buffer.len());
                self.buffer.reserve_exact(missing);
                let left = self.buffer.capacity() - self.buffer.len();
                (&mut self.buffer, left)
            }
        }
    }

    /// Everything that has arrived is taken, and the connection waits for more.
    pub(super) fn rest(&mut self) {
        if self.start == self.buffer.len() && self.buffer.capacity() > SMALL {
            self.buffer = Vec::with_capacity(SMALL);
            self.start = 0;
        }
    }

    /// Reads the header of the next frame, which stays in the buffer. Returns the place of its payload.
    fn header(&mut self) -> Result<Option<(Header, Range<usize>)>, WsError> {
        let [first, second, rest @ ..] = &self.buffer[self.start..] else { return Ok(None) };
        let (length, read) = match second & 0x7f {
            126 => match rest.first_chunk() {
                Some(length) => (u64::from(u16::from_be_bytes(*length)), 4),
                None => return Ok(None),
            },
            127 => match rest.first_chunk() {
                Some(length) => (u64::from_be_bytes(*length), 10),
                None => return Ok(None),
            },
            length => (u64::from(length), 2),
        };
        let opcode = OpCode::from(first & 0x0f);
        let header = Header { opcode, is_final: first & 0x80 != 0 };
        let size = usize::try_from(length).unwrap_or(usize::MAX);
        let problem = match opcode {
            OpCode::Control(Control::Reserved(code)) | OpCode::Data(Data::Reserved(code)) => {
                ProtocolError::InvalidOpcode(code)
            }
            _ if size > self.max_size => return Err(self.too_long(size)),
            _ if first & 0x70 != 0 => ProtocolError::NonZeroReservedBits,
            _ if second & 0x80 != 0 => ProtocolError::MaskedFrameFromServer,
            OpCode::Control(_) if !header.is_final => ProtocolError::FragmentedControlFrame,
            OpCode::Control(_) if length > 125 => ProtocolError::ControlFrameTooBig,
            OpCode::Data(Data::Continue) => {
                let before = self.message.as_ref().map_or(0, |message| message.bytes.len());
                let whole = size.saturating_add(before);
                if whole > self.max_size {
                    return Err(self.too_long(whole));
                }
                return Ok(Some(self.place(header, read, size)));
            }
            _ => return Ok(Some(self.place(header, read, size))),
        };
        Err(problem.into())
    }

    fn place(&self, header: Header, read: usize, size: usize) -> (Header, Range<usize>) {
        let start = self.start + read;
        (header, start..start.saturating_add(size))
    }

    fn too_long(&self, size: usize) -> WsError {
        CapacityError::MessageTooLong { size, max_size: self.max_size }.into()
    }

    /// Expects the rest of a payload.
    fn expect(&mut self, header: Header, payload: Range<usize>) {
        let length = payload.len();
        if length < LONG {
            // It is read again, with what follows it.
            self.wanted = payload.end - self.start;
            return;
        }
        let mut bytes = text::take(length.min(TRUSTED));
        bytes.extend_from_slice(&self.buffer[payload.start..]);
        self.buffer.clear();
        self.start = 0;
        self.current = Some(Payload { header, bytes, length });
    }

    /// Takes a complete frame. Returns the message that ends with it.
    fn frame(&mut self, header: Header, payload: Bytes<'_>) -> Result<Option<Arrived>, WsError> {
        match (header.opcode, &mut self.message) {
            (OpCode::Control(Control::Ping), _) => Ok(Some(Arrived::Ping(payload.into_vec()))),
            (OpCode::Control(Control::Close), _) => closing(payload.as_slice()).map(Arrived::Close).map(Some),
            // A pong answers a ping, and this side sends none.
            (OpCode::Control(_), _) => Ok(None),
            (OpCode::Data(Data::Continue), None) => Err(ProtocolError::UnexpectedContinueFrame.into()),
            (OpCode::Data(Data::Continue), Some(message)) => {
                message.push(payload.as_slice())?;
                match self.message.take_if(|_| header.is_final) {
                    Some(Fragments { kind, bytes, .. }) => self::message(kind, Bytes::Own(bytes)).map(Some),
                    None => Ok(None),
                }
            }
            (OpCode::Data(kind), Some(_)) => Err(ProtocolError::ExpectedFragment(kind).into()),
            (OpCode::Data(kind), None) if header.is_final => self::message(kind, payload).map(Some),
            (OpCode::Data(kind), None) => {
                self.message = Some(Fragments::new(kind, payload.into_vec())?);
                Ok(None)
            }
        }
    }
}

/// A payload, in the buffer or in memory of its own.
enum Bytes<'a> {
    Borrowed(&'a [u8]),
    Own(Vec<u8>),
}

impl Bytes<'_> {
    fn as_slice(&self) -> &[u8] {
        match self {
            Self::Borrowed(bytes) => bytes,
            Self::Own(bytes) => bytes,
        }
    }

    fn into_vec(self) -> Vec<u8> {
        match self {
            Self::Borrowed(bytes) => bytes.to_vec(),
            Self::Own(bytes) => bytes,
        }
    }
}

/// The text of a message. Engines send text; if one sends bytes, they are text as well.
fn message(kind: Data, payload: Bytes<'_>) -> Result<Arrived, WsError> {
    let text = match (kind, payload) {
        (Data::Binary, payload) => Text::from(String::from_utf8_lossy(payload.as_slice()).into_owned()),
        (_, Bytes::Borrowed(bytes)) => str::from_utf8(bytes)?.into(),
        (_, Bytes::Own(bytes)) => String::from_utf8(bytes)?.into(),
    };
    Ok(Arrived::Text(text))
}

/// The code and the reason in a close frame.
fn closing(payload: &[u8]) -> Result<Option<(CloseCode, String)>, WsError> {
    match payload {
        [] => Ok(None),
        [_] => Err(ProtocolError::InvalidCloseSequence.into()),
        [high, low, reason @ ..] => {
            let code = CloseCode::from(u16::from_be_bytes([*high, *low]));
            let reason = str::from_utf8(reason)?;
            Ok(Some(match code.is_allowed() {
                true => (code, reason.to_owned()),
                false => (CloseCode::Protocol, "Protocol violation".to_owned()),
            }))
        }
    }
}

/// Writes frames.
#[derive(Default)]
pub(super) struct Masks {
    keys: RandomState,
    count: u64,
    /// The next masks.
    random: u64,
}

impl Masks {
    /// Appends a frame with a payload.
    pub(super) fn write(&mut self, out: &mut Vec<u8>, opcode: OpCode, payload: &[u8]) {
        let length = payload.len();
        out.reserve(length + 14);
        out.push(0x80 | u8::from(opcode));
        match (u8::try_from(length), u16::try_from(length)) {
            (Ok(length @ ..=125), _) => out.push(0x80 | length),
            (_, Ok(length)) => {
                out.push(0x80 | 126);
                out.extend_from_slice(&length.to_be_bytes());
            }
            _ => {
                out.push(0x80 | 127);
                out.extend_from_slice(&(length as u64).to_be_bytes());
            }
        }
        let mask = self.next();
        out.extend_from_slice(&mask);
        let start = out.len();
        out.extend_from_slice(payload);
        apply(mask, &mut out[start..]);
    }

    /// The next mask. The keys of the hash are random, so a mask cannot be predicted.
    fn next(&mut self) -> [u8; 4] {
        if self.count.is_multiple_of(2) {
            self.random = self.keys.hash_one(self.count);
        }
        self.count += 1;
        let [a, b, c, d, ..] = self.random.to_le_bytes();
        self.random >>= 32;
        [a, b, c, d]
    }

    /// Appends a close frame.
    pub(super) fn write_close(&mut self, out: &mut Vec<u8>, closing: Option<(CloseCode, &str)>) {
        let mut payload = Vec::new();
        if let Some((code, reason)) = closing {
            payload.extend_from_slice(&u16::from(code).to_be_bytes());
            payload.extend_from_slice(reason.as_bytes());
        }
        self.write(out, OpCode::Control(Control::Close), &payload);
    }
}

/// Masks a payload.
fn apply(mask: [u8; 4], payload: &mut [u8]) {
    let [a, b, c, d] = mask;
    let wide = u64::from_ne_bytes([a, b, c, d, a, b, c, d]);
    let (words, rest) = payload.as_chunks_mut();
    for word in words {
        *word = (u64::from_ne_bytes(*word) ^ wide).to_ne_bytes();
    }
    rest.iter_mut().zip(mask.iter().cycle()).for_each(|(byte, mask)| *byte ^= mask);
}

#[cfg(test)]
mod tests {
    use std::io::{self, Read, Write};

    use proptest::prelude::*;
    use tokio_tungstenite::tungstenite::protocol::frame::{Frame, FrameHeader};
    use tokio_tungstenite::tungstenite::protocol::{Role, WebSocket, WebSocketConfig};
    use tokio_tungstenite::tungstenite::{Bytes as Payload, Message};

    use super::*;

    /// Bytes that arrive in pieces.
    struct Pieces<'a>(Vec<&'a [u8]>);

    impl<'a> Pieces<'a> {
        fn new(mut bytes: &'a [u8], cuts: &[usize]) -> Self {
            let mut pieces = Vec::new();
            for cut in cuts {
                let (piece, rest) = bytes.split_at((*cut).min(bytes.len()));
                pieces.push(piece);
                bytes = rest;
            }
            pieces.push(bytes);
            pieces.retain(|piece| !piece.is_empty());
            pieces.reverse();
            Self(pieces)
        }
    }

    impl Read for Pieces<'_> {
        fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
            let Some(piece) = self.0.last_mut() else { return Ok(0) };
            let length = piece.read(out)?;
            if piece.is_empty() {
                self.0.pop();
            }
            Ok(length)
        }
    }

    impl Write for Pieces<'_> {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// What arrives in the end, and the first error.
    type Seen = (Vec<String>, Option<String>);

    fn seen_here(mut pieces: Pieces<'_>, max_size: Option<usize>) -> Seen {
        let mut frames = Frames::new(Vec::new(), max_size);
        let mut seen = Vec::new();
        loop {
            match frames.next() {
                Ok(Some(Arrived::Text(text))) => seen.push(text.as_ref().to_owned()),
                Ok(Some(Arrived::Ping(payload))) => seen.push(format!("ping {payload:?}")),
                Ok(Some(Arrived::Close(closing))) => {
                    let closing = closing.map(|(code, reason)| (u16::from(code), reason));
                    seen.push(format!("close {closing:?}"));
                    return (seen, None);
                }
                Ok(None) => {
                    if pieces.0.is_empty() {
                        return (seen, None);
                    }
                    frames.rest();
                    let (buffer, room) = frames.room();
                    assert!(room > 0 && buffer.capacity() - buffer.len() >= room.min(TRUSTED));
                    let mut read = vec![0; room];
                    let length = pieces.read(&mut read).unwrap();
                    buffer.extend_from_slice(&read[..length]);
                }
                Err(error) => return (seen, Some(described(&error))),
            }
        }
    }

    /// Texts that are not UTF-8 are described in other words.
    fn described(error: &WsError) -> String {
        match error {
            WsError::Utf8(_) => "not UTF-8".to_owned(),
            error => error.to_string(),
        }
    }

    fn seen_by_the_library(pieces: Pieces<'_>, max_size: Option<usize>) -> Seen {
        let config = WebSocketConfig::default().max_message_size(max_size).max_frame_size(max_size);
        let mut socket = WebSocket::from_raw_socket(pieces, Role::Client, Some(config));
        let mut seen = Vec::new();
        loop {
            match socket.read() {
                Ok(Message::Text(text)) => seen.push(text.as_str().to_owned()),
                Ok(Message::Binary(bytes)) => seen.push(String::from_utf8_lossy(&bytes).into_owned()),
                Ok(Message::Ping(payload)) => seen.push(format!("ping {:?}", &payload[..])),
                Ok(Message::Close(closing)) => {
                    let closing = closing.map(|closing| (u16::from(closing.code), closing.reason.as_str().to_owned()));
                    seen.push(format!("close {closing:?}"));
                    return (seen, None);
                }
                Ok(_) => {}
                Err(WsError::Protocol(ProtocolError::ResetWithoutClosingHandshake)) => return (seen, None),
                Err(error) => return (seen, Some(described(&error))),
            }
        }
    }

    fn frame(opcode: OpCode, is_final: bool, payload: &[u8]) -> Vec<u8> {
        let header = FrameHeader { opcode, is_final, ..FrameHeader::default() };
        let mut out = Vec::new();
        Frame::from_payload(header, Payload::copy_from_slice(payload)).format(&mut out).unwrap();
        out
    }

    fn opcode() -> impl Strategy<Value = OpCode> {
        prop_oneof![
            6 => Just(OpCode::Data(Data::Text)),
            1 => Just(OpCode::Data(Data::Binary)),
            4 => Just(OpCode::Data(Data::Continue)),
            2 => Just(OpCode::Control(Control::Ping)),
            1 => Just(OpCode::Control(Control::Pong)),
            1 => Just(OpCode::Control(Control::Close)),
        ]
    }

    fn payload() -> impl Strategy<Value = Vec<u8>> {
        prop_oneof![
            6 => "[a-zä€]{0,60}".prop_map(String::into_bytes),
            // Around the lengths that are read in other ways.
            1 => (100..140usize).prop_map(|length| "x".repeat(length).into_bytes()),
            1 => (LONG - 20..LONG + 20).prop_map(|length| "y".repeat(length).into_bytes()),
            1 => (LARGE - 20..LARGE + 20).prop_map(|length| "z".repeat(length).into_bytes()),
            1 => Just(b"\x0f\x20bye".to_vec()),
            // Parts of a character: alone not text, together perhaps.
            1 => prop::collection::vec(prop_oneof![Just(0xe2), Just(0x82), Just(0xac)], 1..4),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]

        /// Whatever arrives, and in whatever pieces: the messages are those that the library reads.
        #[test]
        fn messages_are_those_of_the_library(
            frames in prop::collection::vec((opcode(), prop::bool::weighted(0.7), payload()), 0..12),
            cuts in prop::collection::vec(prop_oneof![1..9usize, 1..9000usize], 0..40),
            max_size in prop_oneof![3 => Just(None), 1 => Just(Some(100)), 1 => Just(Some(20_000))],
        ) {
            let bytes: Vec<u8> = frames.iter().flat_map(|(opcode, end, payload)| frame(*opcode, *end, payload)).collect();
            let here = seen_here(Pieces::new(&bytes, &cuts), max_size);
            let there = seen_by_the_library(Pieces::new(&bytes, &cuts), max_size);
            prop_assert_eq!(here, there);
        }

        /// Bytes that are not a WebSocket end in an error, at the latest when the library finds one, and never in a panic.
        #[test]
        fn noise_is_survived(bytes in prop::collection::vec(any::<u8>(), 0..60), cuts in prop::collection::vec(1..9usize, 0..9)) {
            let here = seen_here(Pieces::new(&bytes, &cuts), Some(1 << 20));
            let there = seen_by_the_library(Pieces::new(&bytes, &cuts), Some(1 << 20));
            prop_assert!(here.1.is_some() || there.1.is_none(), "{here:?} {there:?}");
        }

        /// The library understands what is written here.
        #[test]
        fn the_library_reads_frames(texts in prop::collection::vec("[a-zä€]{0,200}", 0..5), long in 0..70_000usize) {
            let mut masks = Masks::default();
            let mut out = Vec::new();
            let texts: Vec<_> = texts.into_iter().chain([String::new(), "ä".repeat(long)]).collect();
            texts.iter().for_each(|text| masks.write(&mut out, OpCode::Data(Data::Text), text.as_bytes()));
            masks.write_close(&mut out, Some((CloseCode::Normal, "bye")));
            let mut socket = WebSocket::from_raw_socket(Pieces::new(&out, &[]), Role::Server, None);
            for text in &texts {
                let read = socket.read().unwrap().into_text().unwrap();
                prop_assert_eq!(read.as_str(), text);
            }
            prop_assert!(matches!(socket.read().unwrap(), Message::Close(Some(closing)) if closing.reason.as_str() == "bye"));
        }
    }

    #[test]
    fn each_frame_has_another_mask() {
        let mut masks = Masks::default();
        let mask = |masks: &mut Masks| {
            let mut out = Vec::new();
            masks.write(&mut out, OpCode::Data(Data::Text), &[0; 8]);
            out.split_off(6)
        };
        let (first, second) = (mask(&mut masks), mask(&mut masks));
        assert_ne!(first, second);
        assert_ne!(first, mask(&mut Masks::default()), "connections differ as well");
        assert_eq!(first[..4], first[4..]);
    }

    #[test]
    fn a_connection_without_messages_keeps_a_small_buffer() {
        let mut frames = Frames::new(Vec::new(), None);
        let messages = frame(OpCode::Data(Data::Text), true, &[b'x'; 100]).repeat(2000);
        let mut rest = &messages[..];
        let mut largest = 0;
        while !rest.is_empty() {
            let (buffer, room) = frames.room();
            let (now, later) = rest.split_at(room.min(rest.len()));
            buffer.extend_from_slice(now);
            largest = largest.max(buffer.capacity());
            rest = later;
            while frames.next().unwrap().is_some() {}
        }
        assert_eq!(largest, LARGE);
        frames.rest();
        assert_eq!(frames.buffer.capacity(), SMALL);
    }
}
