//! The macros that generated code consists of. The generator lists facts: the members of a struct, the values of an enum,
//! the parameters of a method. The macros turn each list into code.

/// The setters, the parser, and the encoding of a struct.
///
/// A member has its name in JSON, its field, its setter with what the setter takes (`into T`: what converts into it,
/// `each T`: a list of that, `some T` and `boxed T`: an option), and a default if it is not that of the type. A member
/// `in rare` is in the box for rare members; one `in settled` is set by a handwritten method `settled`. The flag `many` names
/// the lists that are usually as long as those of the previous sibling.
#[doc(hidden)]
#[macro_export]
macro_rules! record {
    ($name:ident $wire:literal [$($flag:ident $(($($list:ident)+))?)*] {
        $($(#[$meta:meta])* $key:literal $field:ident $with:ident $kind:tt $(in $mode:ident)? $(= $default:expr)?),* $(,)?
    }) => {
        impl $name {
            $($crate::setter! { [$($mode)?] [$(#[$meta])*] $field $with $kind })*
        }

        impl $crate::__private::Record for $name {
            const NAME: &'static str = $wire;
            const MEMBERS: &'static [&'static str] = &[$($key),*];
            $($crate::record_fact! { $flag $($($list)+)? })*

            #[allow(unused_variables)]
            #[inline(always)]
            fn read_members<I: $crate::__private::Input>(&mut self, input: &mut I) -> Result<(), I::Stop> {
                $($crate::read_member! { self input concat!($key, "\":"), $field [$($mode)?] })*
                Ok(())
            }

            #[allow(non_camel_case_types, unused_variables)]
            #[inline]
            fn place(&mut self, index: usize) -> Option<&mut dyn $crate::__private::Place> {
                enum Index {
                    $($field,)*
                }
                match index {
                    $(index if index == Index::$field as usize => Some($crate::place! { self $field [$($mode)?] }),)*
                    _ => None,
                }
            }

            #[allow(unused_variables, clippy::bool_comparison, clippy::float_cmp)]
            fn write_members<S: $crate::__private::SerializeMap>(
                &self,
                out: &mut $crate::__private::Members<'_, S>,
            ) -> Result<(), S::Error> {
                $($crate::write_member! { self out $key $field [$($mode)?] [$($default)?] })*
                $($crate::write_extra! { self out $flag })*
                Ok(())
            }
        }

        $crate::wire_record!($name);
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! record_fact {
    (extra) => {
        fn extra_mut(&mut self) -> Option<&mut $crate::Extra> {
            Some(&mut self.extra)
        }
    };
    (recursive) => {
        const RECURSIVE: bool = true;
    };
    (many) => {
        const MANY: bool = true;
    };
    (many $($list:ident)+) => {
        $crate::record_fact! { many }

        #[inline]
        fn alike(other: &Self) -> Self {
            Self { $($list: $crate::__private::Wire::alike(&other.$list),)+ ..Self::default() }
        }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! read_member {
    ($self:ident $input:ident $key:expr, $field:ident [rare]) => {
        $input.rare($key, || &mut $self.rare.get_or_insert_default().$field)?;
    };
    ($self:ident $input:ident $key:expr, $field:ident [$($mode:ident)?]) => {
        $input.member($key, &mut $self.$field)?;
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! place {
    ($self:ident $field:ident [rare]) => {
        &mut $self.rare.get_or_insert_default().$field
    };
    ($self:ident $field:ident [$($mode:ident)?]) => {
        &mut $self.$field
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! write_member {
    ($self:ident $out:ident $key:literal $field:ident [rare] []) => {
        if let Some(rare) = &$self.rare {
            $out.put($key, &rare.$field)?;
        }
    };
    ($self:ident $out:ident $key:literal $field:ident [$($mode:ident)?] []) => {
        $out.put($key, &$self.$field)?;
    };
    ($self:ident $out:ident $key:literal $field:ident [$($mode:ident)?] [$default:expr]) => {
        if $self.$field != $default {
            $out.always($key, &$self.$field)?;
        }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! write_extra {
    ($self:ident $out:ident extra) => {
        $out.extra(&$self.extra)?;
    };
    ($self:ident $out:ident $flag:ident) => {};
}

/// The setters of a response that contains objects, which cannot be decoded without a connection.
#[doc(hidden)]
#[macro_export]
macro_rules! setters {
    ($name:ident { $($field:ident $with:ident $kind:tt),* $(,)? }) => {
        impl $name {
            $($crate::setter! { [] [] $field $with $kind })*
        }
    };
}

/// One setter: what it takes, and how it converts that.
#[doc(hidden)]
#[macro_export]
macro_rules! setter {
    ($mode:tt $meta:tt $field:ident $with:ident (into $ty:ty)) => {
        $crate::setter_fn! { $mode $meta $field $with ($ty) value (impl Into<$ty>) (value.into()) }
    };
    ($mode:tt $meta:tt $field:ident $with:ident (each $ty:ty)) => {
        $crate::setter_fn! {
            $mode $meta $field $with (Vec<$ty>)
            value (impl IntoIterator<Item = impl Into<$ty>>) (value.into_iter().map(Into::into).collect())
        }
    };
    ($mode:tt $meta:tt $field:ident $with:ident (boxed into $ty:ty)) => {
        $crate::setter_fn! {
            $mode $meta $field $with (Option<Box<$ty>>) value (impl Into<$ty>) (Some(Box::new(value.into())))
        }
    };
    ($mode:tt $meta:tt $field:ident $with:ident (boxed $ty:ty)) => {
        $crate::setter_fn! { $mode $meta $field $with (Option<Box<$ty>>) value ($ty) (Some(Box::new(value))) }
    };
    ($mode:tt $meta:tt $field:ident $with:ident (some into $ty:ty)) => {
        $crate::setter_fn! { $mode $meta $field $with (Option<$ty>) value (impl Into<$ty>) (Some(value.into())) }
    };
    ($mode:tt $meta:tt $field:ident $with:ident (some each $ty:ty)) => {
        $crate::setter_fn! {
            $mode $meta $field $with (Option<Vec<$ty>>)
            value (impl IntoIterator<Item = impl Into<$ty>>) (Some(value.into_iter().map(Into::into).collect()))
        }
    };
    ($mode:tt $meta:tt $field:ident $with:ident (some $ty:ty)) => {
        $crate::setter_fn! { $mode $meta $field $with (Option<$ty>) value ($ty) (Some(value)) }
    };
    ($mode:tt $meta:tt $field:ident $with:ident ($ty:ty)) => {
        $crate::setter_fn! { $mode $meta $field $with ($ty) value ($ty) (value) }
    };
}

/// One setter of a struct, a request, or a call.
#[doc(hidden)]
#[macro_export]
macro_rules! setter_fn {
    ([] [$($meta:tt)*] $field:ident $with:ident $ty:tt $value:ident ($($argument:tt)+) ($($converted:tt)+)) => {
        #[doc = concat!("Sets [`", stringify!($field), "`](Self::", stringify!($field), ").")]
        $($meta)*
        #[inline]
        #[must_use]
        pub fn $with(mut self, $value: $($argument)+) -> Self {
            self.$field = $($converted)+;
            self
        }
    };
    ([settled] [$($meta:tt)*] $field:ident $with:ident $ty:tt $value:ident ($($argument:tt)+) ($($converted:tt)+)) => {
        #[doc = concat!("Sets [`", stringify!($field), "`](Self::", stringify!($field), ").")]
        $($meta)*
        #[must_use]
        pub fn $with(self, $value: $($argument)+) -> Self {
            self.settled(|place| place.$field = $($converted)+)
        }
    };
    ([rare] [$($meta:tt)*] $field:ident $with:ident ($ty:ty) $value:ident ($($argument:tt)+) ($($converted:tt)+)) => {
        #[doc = concat!("The member `", stringify!($field), "`, if any rare member is set.")]
        pub fn $field(&self) -> Option<&$ty> {
            self.rare.as_ref().map(|rare| &rare.$field)
        }

        #[doc = concat!("Sets [`", stringify!($field), "`](Self::", stringify!($field), ").")]
        $($meta)*
        #[inline]
        #[must_use]
        pub fn $with(mut self, $value: $($argument)+) -> Self {
            self.rare.get_or_insert_default().$field = $($converted)+;
            self
        }
    };
    ([request] [$($meta:tt)*] $field:ident $with:ident $ty:tt $value:ident ($($argument:tt)+) ($($converted:tt)+)) => {
        $($meta)*
        #[must_use]
        pub fn $with(mut self, $value: $($argument)+) -> Self {
            self.$field = Some($($converted)+);
            self
        }
    };
    ([call] [$($meta:tt)*] $field:ident $with:ident $ty:tt $value:ident ($($argument:tt)+) $converted:tt) => {
        $($meta)*
        pub fn $with(self, $value: $($argument)+) -> Self {
            self.map(|request| request.$with($value))
        }
    };
    ([declare] [$($meta:tt)*] $field:ident $with:ident $ty:tt $value:ident ($($argument:tt)+) $converted:tt) => {
        $($meta)*
        #[must_use]
        fn $with(self, $value: $($argument)+) -> Self;
    };
    ([define] $meta:tt $field:ident $with:ident $ty:tt $value:ident ($($argument:tt)+) $converted:tt) => {
        fn $with(self, $value: $($argument)+) -> Self {
            self.map(|request| request.$with($value))
        }
    };
}

/// The conversions of an enum: each variant with its number, its title, and its long name.
#[doc(hidden)]
#[macro_export]
macro_rules! choice {
    ($name:ident $wire:literal { $($variant:ident = $number:literal $title:literal $($long:literal)?),* $(,)? }) => {
        impl $crate::__private::Choice for $name {
            const NAME: &'static str = $wire;
            const VALUES: &'static [$crate::__private::ValueName] = &[
                $($crate::__private::ValueName { title: $title, long: [$($long,)? $title][0], number: $number }),*
            ];

            fn from_index(index: usize) -> Option<Self> {
                const VARIANTS: &[$name] = &[$($name::$variant),*];
                VARIANTS.get(index).cloned()
            }

            fn index(&self) -> Result<usize, &$crate::__private::Unrecognized> {
                #[allow(clippy::enum_variant_names)]
                enum Index {
                    $($variant),*
                }
                match self {
                    $(Self::$variant => Ok(Index::$variant as usize),)*
                    Self::Unrecognized(value) => Err(value),
                }
            }

            fn from_unrecognized(value: $crate::__private::Unrecognized) -> Self {
                Self::Unrecognized(Box::new(value))
            }
        }

        $crate::wire_choice!($name);
    };
}

/// A request: the method that sends it, required and optional parameters, and how its response is read.
///
/// Optional parameters are setters of the request and of the call. In another crate, those of the call are a trait.
#[doc(hidden)]
#[macro_export]
macro_rules! request {
    (
        $(#[$meta:meta])*
        $api:ident::$method:ident => $name:ident($($required:tt)*) { $($optional:tt)* }
        $class:ident $wire:literal $effect:ident -> $response:ty = $reader:ident($($result:literal),*) $(, $ext:ident)?
    ) => {
        $crate::request_type! { [$(#[$meta])*] $api $method $name ($($required)*) { $($optional)* } [$($ext)?] }

        $crate::request_impl! {
            $name $class $wire $effect -> $response, [$($result),*]
            answer { $crate::read_answer! { answer $reader($($result),*) } }
        }
    };
    (
        $(#[$meta:meta])*
        $api:ident::$method:ident => $name:ident($($required:tt)*) { $($optional:tt)* }
        $class:ident $wire:literal $effect:ident -> $response:ident = {
            $($field:ident: $reader:ident($result:literal)),* $(,)?
        } $(, $ext:ident)?
    ) => {
        $crate::request_type! { [$(#[$meta])*] $api $method $name ($($required)*) { $($optional)* } [$($ext)?] }

        $crate::request_impl! {
            $name $class $wire $effect -> $response, [$($result),*]
            answer { Ok($response { $($field: answer.$reader($result)?),* }) }
        }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! request_impl {
    (
        $name:ident $class:ident $wire:literal $effect:ident -> $response:ty, [$($result:literal),*]
        $answer:ident $read:block
    ) => {
        impl $crate::rpc::Request for $name {
            type Class = $class;
            type Response = $response;
            const METHOD: $crate::rpc::Method = $crate::rpc::Method::new(
                stringify!($class),
                $wire,
                $crate::rpc::Effect::$effect,
                &[$($result),*],
            );

            #[inline]
            fn read($answer: $crate::rpc::Answer<'_>) -> Result<$response, $crate::Error> $read
        }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! read_answer {
    ($answer:ident record($($result:literal),*)) => {
        $answer.record()
    };
    ($answer:ident $reader:ident($($result:literal)?)) => {
        $answer.$reader($($result)?)
    };
}

/// The type of a request, its constructor, its setters, and its encoding.
#[doc(hidden)]
#[macro_export]
macro_rules! request_type {
    ([$($meta:tt)*] $api:ident $method:ident $name:ident () { $($optional:tt)* } $ext:tt) => {
        $crate::request_type! { @ [$($meta)* #[derive(Default)]] $api $method $name () { $($optional)* } $ext }
    };
    ([$($meta:tt)*] $api:ident $method:ident $name:ident ($($required:tt)+) { $($optional:tt)* } $ext:tt) => {
        $crate::request_type! { @ [$($meta)*] $api $method $name ($($required)+) { $($optional)* } $ext }
    };
    (
        @ [$($meta:tt)*] $api:ident $method:ident $name:ident
        ($($key:literal $field:ident $kind:tt),*)
        { $($option_key:literal $option:ident $option_kind:tt),* $(,)? }
        $ext:tt
    ) => {
        $($meta)*
        #[doc = ""]
        #[doc = concat!("Request of [`", stringify!($api), "::", stringify!($method), "`].")]
        #[derive(Clone, Debug, PartialEq)]
        #[non_exhaustive]
        pub struct $name {
            $(
                #[doc = concat!("`", $key, "`: see [`", stringify!($api), "::", stringify!($method), "`].")]
                pub $field: $crate::parameter! { $kind },
            )*
            $(
                #[doc = concat!("`", $option_key, "`: see [`", stringify!($api), "::", stringify!($method), "`].")]
                pub $option: Option<$crate::parameter! { $option_kind }>,
            )*
        }

        impl $name {
            /// Creates the request from its required parameters.
            pub fn new($($field: $crate::argument! { $kind }),*) -> Self {
                Self { $($field: $crate::converted! { $field $kind },)* $($option: None),* }
            }

            $($crate::setter! {
                [request]
                [#[doc = concat!("`", $option_key, "`: see [`", stringify!($api), "::", stringify!($method), "`].")]]
                $option $option $option_kind
            })*
        }

        impl $crate::__private::Serialize for $name {
            #[allow(unused_variables)]
            fn serialize<S: $crate::__private::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                $crate::__private::write_object(serializer, |out| {
                    $(out.always($key, &self.$field)?;)*
                    $(out.given($option_key, &self.$option)?;)*
                    Ok(())
                })
            }
        }

        $crate::call_setters! { $name $ext $([$option_key $api $method $option $option_kind])* }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! call_setters {
    ($name:ident []) => {};
    ($name:ident [] $([$key:literal $api:ident $method:ident $field:ident $kind:tt])+) => {
        impl $crate::rpc::Call<'_, $name> {
            $($crate::setter! {
                [call]
                [#[doc = concat!("`", $key, "`: see [`", stringify!($api), "::", stringify!($method), "`].")]]
                $field $field $kind
            })*
        }
    };
    ($name:ident [$ext:ident] $([$key:literal $api:ident $method:ident $field:ident $kind:tt])*) => {
        #[doc = concat!("Optional parameters of a pending [`", stringify!($name), "`].")]
        pub trait $ext: Sized {
            $($crate::setter! {
                [declare]
                [#[doc = concat!("`", $key, "`: see [`", stringify!($api), "::", stringify!($method), "`].")]]
                $field $field $kind
            })*
        }

        impl $ext for $crate::rpc::Call<'_, $name> {
            $($crate::setter! { [define] [] $field $field $kind })*
        }
    };
}

/// The type of a parameter.
#[doc(hidden)]
#[macro_export]
macro_rules! parameter {
    ((into $ty:ty)) => { $ty };
    ((each $ty:ty)) => { Vec<$ty> };
    (($ty:ty)) => { $ty };
}

/// What a constructor takes for a parameter.
#[doc(hidden)]
#[macro_export]
macro_rules! argument {
    ((into $ty:ty)) => { impl Into<$ty> };
    (($ty:ty)) => { $ty };
}

#[doc(hidden)]
#[macro_export]
macro_rules! converted {
    ($field:ident (into $ty:ty)) => {
        $field.into()
    };
    ($field:ident ($ty:ty)) => {
        $field
    };
}

/// Error codes with their names in the schema.
#[doc(hidden)]
#[macro_export]
macro_rules! error_codes {
    ($($(#[$meta:meta])* $name:ident = $code:literal $wire:literal),* $(,)?) => {
        $(
            $(#[$meta])*
            #[doc = ""]
            #[doc = concat!("`", $wire, "`, code ", $code, ".")]
            pub const $name: $crate::ErrorCode = $crate::ErrorCode($code);
        )*

        /// Each code with its name in the schema.
        pub const NAMES: &[($crate::ErrorCode, &str)] = &[$(($name, $wire)),*];

        /// The codes of [`NAMES`], without pointers to their names, which are a line each.
        #[doc(hidden)]
        pub const PACKED: (&[i64], &str) = (&[$($code),*], concat!($($wire, "\n"),*));
    };
}
