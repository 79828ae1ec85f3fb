//! Reads and writes WebSocket frames on the server side.

use std::io::{self, Read};

pub(super) const TEXT: u8 = 1;
pub(super) const CLOSE: u8 = 8;

/// More than clients send at once.
const ROOM: usize = 1 << 20;

/// Reads the frames of a client.
pub(super) struct Frames {
    bytes: Vec<u8>,
    start: usize,
    end: usize,
}

impl Frames {
    pub(super) fn new() -> Self {
        Self { bytes: vec![0; ROOM], start: 0, end: 0 }
    }

    /// Waits for more data; returns whether there is any.
    pub(super) fn fill(&mut self, socket: &mut impl Read) -> io::Result<bool> {
        self.bytes.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.start = 0;
        let length = socket.read(&mut self.bytes[self.end..])?;
        self.end += length;
        Ok(length > 0)
    }

    /// The next complete frame: its type and payload.
    pub(super) fn next(&mut self) -> Option<(u8, &[u8])> {
        let (head, rest) = self.bytes[self.start..self.end].split_first_chunk_mut::<2>()?;
        let opcode = head[0] & 0x0f;
        let (length, rest) = match head[1] & 0x7f {
            126 => {
                rest.split_first_chunk_mut::<2>().map(|(length, rest)| (u16::from_be_bytes(*length).into(), rest))?
            }
            127 => {
                let (length, rest) = rest.split_first_chunk_mut::<8>()?;
                (usize::try_from(u64::from_be_bytes(*length)).ok()?, rest)
            }
            length => (length.into(), rest),
        };
        // Client frames are always masked.
        let (mask, rest) = rest.split_first_chunk_mut::<4>()?;
        let payload = rest.get_mut(..length)?;
        for chunk in payload.chunks_mut(mask.len()) {
            chunk.iter_mut().zip(&*mask).for_each(|(byte, mask)| *byte ^= mask);
        }
        let left = rest.len() - length;
        self.start = self.end - left;
        Some((opcode, &self.bytes[self.start - length..self.start]))
    }
}

/// Appends a frame whose payload consists of several parts.
pub(super) fn write(out: &mut Vec<u8>, opcode: u8, parts: &[&[u8]]) {
    let length: usize = parts.iter().map(|part| part.len()).sum();
    out.push(0x80 | opcode);
    match (u8::try_from(length), u16::try_from(length)) {
        (Ok(length), _) if length < 126 => out.push(length),
        (_, Ok(length)) => {
            out.push(126);
            out.extend(length.to_be_bytes());
        }
        _ => {
            out.push(127);
            out.extend((length as u64).to_be_bytes());
        }
    }
    parts.iter().for_each(|part| out.extend_from_slice(part));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masked(length: usize) -> Vec<u8> {
        let mut frame = Vec::new();
        let payload: Vec<u8> = (0..length).map(|at| at as u8).collect();
        write(&mut frame, TEXT, &[&payload]);
        let head = frame.len() - length;
        frame[1] |= 0x80;
        let mask = [1, 2, 3, 4];
        frame[head..].iter_mut().zip(mask.iter().cycle()).for_each(|(byte, mask)| *byte ^= mask);
        frame.splice(head..head, mask);
        frame
    }

    #[test]
    fn frames_of_any_length_can_arrive_in_pieces() {
        let lengths = [0, 1, 5, 125, 126, 300, 65_535, 65_536, 100_000];
        let sent: Vec<u8> = lengths.into_iter().flat_map(masked).collect();
        for piece in [1, 7, 4096, sent.len()] {
            let mut frames = Frames::new();
            let mut found = Vec::new();
            for mut part in sent.chunks(piece) {
                assert!(frames.fill(&mut part).unwrap());
                while let Some((opcode, payload)) = frames.next() {
                    assert_eq!(opcode, TEXT);
                    assert!(payload.iter().enumerate().all(|(at, byte)| *byte == at as u8));
                    found.push(payload.len());
                }
            }
            assert_eq!(found, lengths);
        }
    }
}
