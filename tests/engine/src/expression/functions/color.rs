//! Functions of colours: a text that names them and a number that packs them.

use super::{Function, number};
use crate::expression::Scope;
use crate::value::Dual;

fn channel(arguments: &[Dual], at: usize, scope: &dyn Scope) -> Option<u32> {
    number(arguments, at, scope).map(|number| number.clamp(0.0, 255.0) as u32)
}

fn opaque(red: u32, green: u32, blue: u32) -> Dual {
    let packed = 0xff00_0000 | red << 16 | green << 8 | blue;
    Dual::both(f64::from(packed), format!("RGB({red},{green},{blue})"))
}

fn transparent(alpha: u32, red: u32, green: u32, blue: u32) -> Dual {
    let packed = alpha << 24 | red << 16 | green << 8 | blue;
    Dual::both(f64::from(packed), format!("ARGB({alpha},{red},{green},{blue})"))
}

fn rgb(arguments: &[Dual], scope: &dyn Scope) -> Dual {
    match (channel(arguments, 0, scope), channel(arguments, 1, scope), channel(arguments, 2, scope)) {
        (Some(red), Some(green), Some(blue)) => opaque(red, green, blue),
        _ => Dual::Null,
    }
}

fn argb(arguments: &[Dual], scope: &dyn Scope) -> Dual {
    let channel = |at| channel(arguments, at, scope);
    match (channel(0), channel(1), channel(2), channel(3)) {
        (Some(alpha), Some(red), Some(green), Some(blue)) => transparent(alpha, red, green, blue),
        _ => Dual::Null,
    }
}

macro_rules! named {
    ($name:literal, $red:literal, $green:literal, $blue:literal) => {
        Function::new($name, 0, 1, |arguments, scope| match channel(arguments, 0, scope) {
            Some(alpha) => transparent(alpha, $red, $green, $blue),
            None => opaque($red, $green, $blue),
        })
    };
}

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("RGB", 3, 3, rgb),
    Function::new("ARGB", 4, 4, argb),
    named!("Black", 0, 0, 0),
    named!("White", 255, 255, 255),
    named!("Red", 128, 0, 0),
    named!("LightRed", 255, 0, 0),
    named!("Green", 0, 128, 0),
    named!("LightGreen", 0, 255, 0),
    named!("Blue", 0, 0, 128),
    named!("LightBlue", 0, 0, 255),
    named!("Cyan", 0, 128, 128),
    named!("LightCyan", 0, 255, 255),
    named!("Magenta", 128, 0, 128),
    named!("LightMagenta", 255, 0, 255),
    named!("Brown", 128, 128, 0),
    named!("Yellow", 255, 255, 0),
    named!("DarkGray", 128, 128, 128),
    named!("LightGray", 192, 192, 192),
];

#[cfg(test)]
mod tests {
    use crate::expression::evaluate_tests::value;
    use crate::value::Dual;

    #[test]
    fn colours_are_dual() {
        assert_eq!(value("RGB(127,24,104)"), Dual::both(4_286_519_400.0, "RGB(127,24,104)"));
        assert_eq!(value("ARGB(38,223,178,11)"), Dual::both(652_194_315.0, "ARGB(38,223,178,11)"));
        assert_eq!(value("Red()"), value("RGB(128,0,0)"));
    }
}
