//! What is fuzzed: see `tests/fuzz`.

mod addresses;
mod messages;
mod patches;
mod recordings;
mod session;

pub use addresses::addresses;
pub use messages::messages;
pub use patches::patches;
pub use recordings::recordings;
pub use session::session;

pub use crate::ext::rows::fuzz::rows;

#[cfg(test)]
mod tests {
    macro_rules! targets {
        ($($target:ident)*) => {$(
            #[test]
            fn $target() {
                qix_fuzz::replay(stringify!($target), super::$target);
            }
        )*};
    }

    targets! { addresses messages patches recordings rows session }
}
