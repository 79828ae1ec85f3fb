//! Functions of colors: a color is a text and a packed number.

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

/// A color by hue, saturation and lightness, each from 0 to 1.
fn hsl(arguments: &[Dual], scope: &dyn Scope) -> Dual {
    let part = |at: usize| number(arguments, at, scope).map(|number| number.clamp(0.0, 1.0));
    let (Some(hue), Some(saturation), Some(lightness)) = (part(0), part(1), part(2)) else { return Dual::Null };
    let reach = saturation * lightness.min(1.0 - lightness);
    let channel = |offset: f64| {
        let place = (offset + hue * 12.0) % 12.0;
        let level = lightness - reach * (place - 3.0).min(9.0 - place).clamp(-1.0, 1.0);
        (level * 255.0).round() as u32
    };
    opaque(channel(0.0), channel(8.0), channel(4.0))
}

/// A color between two, interpolated per channel.
fn mixed(low: u32, high: u32, part: f64) -> Dual {
    let mix = |shift: u32| {
        let (a, b) = (f64::from(low >> shift & 255), f64::from(high >> shift & 255));
        (a + (b - a) * part.clamp(0.0, 1.0)).round() as u32
    };
    let (alpha, red, green, blue) = (mix(24), mix(16), mix(8), mix(0));
    if alpha == 255 { opaque(red, green, blue) } else { transparent(alpha, red, green, blue) }
}

fn packed(arguments: &[Dual], at: usize, scope: &dyn Scope) -> Option<u32> {
    number(arguments, at, scope).map(|number| number as u32)
}

/// A color from one at 0 to another at 1.
fn mix_two(arguments: &[Dual], scope: &dyn Scope) -> Dual {
    match (number(arguments, 0, scope), packed(arguments, 1, scope), packed(arguments, 2, scope)) {
        (Some(part), Some(low), Some(high)) => mixed(low, high, part),
        _ => Dual::Null,
    }
}

/// A color from one at -1, through a second at 0, to a third at 1.
fn mix_three(arguments: &[Dual], scope: &dyn Scope) -> Dual {
    let (Some(part), Some(low), Some(high)) =
        (number(arguments, 0, scope), packed(arguments, 1, scope), packed(arguments, 2, scope))
    else {
        return Dual::Null;
    };
    match packed(arguments, 3, scope) {
        Some(middle) if part < 0.0 => mixed(middle, low, -part),
        Some(middle) => mixed(middle, high, part),
        None => mixed(low, high, (part + 1.0) / 2.0),
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
    Function::new("HSL", 3, 3, hsl),
    Function::new("ColorMix1", 3, 3, mix_two),
    Function::new("ColorMix2", 3, 4, mix_three),
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
    fn colors_are_dual() {
        assert_eq!(value("RGB(127,24,104)"), Dual::both(4_286_519_400.0, "RGB(127,24,104)"));
        assert_eq!(value("ARGB(38,223,178,11)"), Dual::both(652_194_315.0, "ARGB(38,223,178,11)"));
        assert_eq!(value("Red()"), value("RGB(128,0,0)"));
        assert_eq!(value("HSL(1/3, 1, 0.5)"), value("RGB(0,255,0)"));
        assert_eq!(value("ColorMix1(0.5, RGB(0,0,0), RGB(200,100,50))"), value("RGB(100,50,25)"));
        assert_eq!(value("ColorMix2(-1, RGB(1,2,3), RGB(9,9,9), White())"), value("RGB(1,2,3)"));
    }
}
