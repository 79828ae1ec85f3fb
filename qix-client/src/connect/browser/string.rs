//! Copies JavaScript strings.

use js_sys::JsString;
use wasm_bindgen::prelude::wasm_bindgen;

/// From this length on, the browser's encoder is faster than `wasm-bindgen`, which copies in a loop over the characters.
const LONG: usize = 2048;

/// The most bytes that a UTF-16 unit takes in UTF-8.
const MOST: usize = 3;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = TextEncoder)]
    type Encoder;

    /// How much the encoder has read and written.
    type Encoded;

    #[wasm_bindgen(constructor, js_class = "TextEncoder")]
    fn new() -> Encoder;

    #[wasm_bindgen(method, js_name = encodeInto)]
    fn encode_into(this: &Encoder, text: &JsString, bytes: &mut [u8]) -> Encoded;

    #[wasm_bindgen(method, getter)]
    fn read(this: &Encoded) -> usize;

    #[wasm_bindgen(method, getter)]
    fn written(this: &Encoded) -> usize;
}

thread_local! {
    static ENCODER: Encoder = Encoder::new();
}

/// Copies a JavaScript string.
pub(super) fn string(text: &JsString) -> String {
    let units = text.length() as usize;
    if units < LONG {
        return String::from(text);
    }
    ENCODER.with(|encoder| {
        // Most texts are ASCII, with a byte for each unit.
        let mut bytes = vec![0; units];
        let encoded = encoder.encode_into(text, &mut bytes);
        let (read, written) = (encoded.read(), encoded.written());
        bytes.truncate(written);
        if read < units {
            bytes.resize(written + (units - read) * MOST, 0);
            let rest = encoder.encode_into(&text.slice(read as u32, units as u32), &mut bytes[written..]);
            bytes.truncate(written + rest.written());
            bytes.shrink_to_fit();
        }
        String::from_utf8(bytes).expect("the encoder writes UTF-8")
    })
}
