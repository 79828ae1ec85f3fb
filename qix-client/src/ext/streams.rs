//! Named stream types, which structs can contain; none needs to be pinned.

/// Defines a stream type that hides its implementation.
macro_rules! named_stream {
    ($(#[$doc:meta])* $name:ident<$($life:lifetime)? $($type:ident)?> of $item:ty, $long:lifetime) => {
        $(#[$doc])*
        #[must_use = "streams do nothing before they are polled"]
        pub struct $name<$($life,)? $($type)?>(futures_util::stream::BoxStream<$long, $item>);

        impl<$($life,)? $($type)?> $name<$($life,)? $($type)?> {
            pub(super) fn new(stream: impl futures_util::Stream<Item = $item> + Send + $long) -> Self {
                Self(Box::pin(stream))
            }
        }

        impl<$($life,)? $($type)?> futures_util::Stream for $name<$($life,)? $($type)?> {
            type Item = $item;

            fn poll_next(
                mut self: std::pin::Pin<&mut Self>,
                context: &mut std::task::Context<'_>,
            ) -> std::task::Poll<Option<Self::Item>> {
                self.0.as_mut().poll_next(context)
            }
        }

        impl<$($life,)? $($type)?> std::fmt::Debug for $name<$($life,)? $($type)?> {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($name)).finish_non_exhaustive()
            }
        }
    };
}
pub(super) use named_stream;
