//! The types that a setting can have.

use std::fmt::Display;

use super::{SettingValue, SettingsVisitor};

/// The least and the greatest value that a setting may have.
#[derive(Debug, Clone, Copy)]
pub struct Limits<C> {
    /// The least one.
    pub min: Option<C>,
    /// The greatest one.
    pub max: Option<C>,
}

impl<C: PartialOrd> Limits<C> {
    /// Whether a value is between them.
    pub(super) fn hold(&self, value: C) -> bool {
        self.min.as_ref().is_none_or(|min| *min <= value)
            && self.max.as_ref().is_none_or(|max| value <= *max)
    }
}

/// The type of a setting.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the type of a setting",
    label = "cannot be set",
    note = "settings are whole numbers, `f64`, `bool`, `String`, or an `Option` of one of these; a duration is a number of a unit that its name tells, such as `timeout_seconds`"
)]
pub trait Setting: Sized {
    /// What defaults and limits are written as.
    type Const: Copy + PartialOrd + Display;

    /// The default.
    fn of(default: Self::Const) -> Self;

    // In these two `C` is `Const`. Of a type that cannot be set rustc would speak of each argument
    // whose type follows from it.

    /// The default.
    #[doc(hidden)]
    fn of_const<C>(default: C) -> Self
    where
        Self: Setting<Const = C>,
    {
        Self::of(default)
    }

    /// Puts in what was given for it, and looks at its limits.
    #[doc(hidden)]
    fn visit<C>(&mut self, key: &'static str, limits: &Limits<C>, visitor: &mut SettingsVisitor<'_>)
    where
        Self: Setting<Const = C>,
    {
        visitor.setting(key, self, limits);
    }

    /// What was given, if it fits.
    #[doc(hidden)]
    fn read(value: &SettingValue) -> Option<Self>;

    /// What the limits are for.
    #[doc(hidden)]
    fn limited(&self) -> Option<Self::Const>;

    /// What it must be, for messages.
    #[doc(hidden)]
    fn described(limits: &Limits<Self::Const>) -> String;
}

macro_rules! whole_numbers {
    ($($ty:ty)*) => {$(
        impl Setting for $ty {
            type Const = Self;

            fn of(default: Self) -> Self {
                default
            }

            fn read(value: &SettingValue) -> Option<Self> {
                match value {
                    SettingValue::Whole(number) => Self::try_from(*number).ok(),
                    SettingValue::Variable(text) => text.reveal().trim().parse().ok(),
                    _ => None,
                }
            }

            fn limited(&self) -> Option<Self> {
                Some(*self)
            }

            fn described(limits: &Limits<Self>) -> String {
                let (min, max) = (limits.min.unwrap_or(Self::MIN), limits.max.unwrap_or(Self::MAX));
                format!("a whole number from {min} to {max}")
            }
        }
    )*};
}

whole_numbers!(u8 u16 u32 u64 usize i8 i16 i32 i64);

impl Setting for f64 {
    type Const = Self;

    fn of(default: Self) -> Self {
        default
    }

    fn read(value: &SettingValue) -> Option<Self> {
        let number: Self = match value {
            SettingValue::Whole(number) => *number as Self,
            SettingValue::Decimal(text) => text.parse().ok()?,
            SettingValue::Variable(text) => text.reveal().trim().parse().ok()?,
            SettingValue::Flag(_) | SettingValue::Text(_) => return None,
        };
        number.is_finite().then_some(number)
    }

    fn limited(&self) -> Option<Self> {
        Some(*self)
    }

    fn described(limits: &Limits<Self>) -> String {
        match (limits.min, limits.max) {
            (Some(min), Some(max)) => format!("a number from {min} to {max}"),
            (Some(min), None) => format!("a number, {min} at least"),
            (None, Some(max)) => format!("a number, {max} at most"),
            (None, None) => "a number".to_owned(),
        }
    }
}

impl Setting for bool {
    type Const = Self;

    fn of(default: Self) -> Self {
        default
    }

    fn read(value: &SettingValue) -> Option<Self> {
        match value {
            SettingValue::Flag(flag) => Some(*flag),
            SettingValue::Variable(text) => text.reveal().trim().parse().ok(),
            _ => None,
        }
    }

    fn limited(&self) -> Option<Self> {
        None
    }

    fn described(_: &Limits<Self>) -> String {
        "true or false".to_owned()
    }
}

impl Setting for String {
    type Const = &'static str;

    fn of(default: &'static str) -> Self {
        default.to_owned()
    }

    fn read(value: &SettingValue) -> Option<Self> {
        match value {
            SettingValue::Text(text) | SettingValue::Variable(text) => {
                Some(text.reveal().to_owned())
            }
            _ => None,
        }
    }

    fn limited(&self) -> Option<&'static str> {
        None
    }

    fn described(_: &Limits<&'static str>) -> String {
        "a text".to_owned()
    }
}

#[diagnostic::do_not_recommend]
impl<T: Setting> Setting for Option<T> {
    type Const = T::Const;

    fn of(default: T::Const) -> Self {
        Some(T::of(default))
    }

    fn read(value: &SettingValue) -> Option<Self> {
        T::read(value).map(Some)
    }

    fn limited(&self) -> Option<T::Const> {
        self.as_ref()?.limited()
    }

    fn described(limits: &Limits<T::Const>) -> String {
        T::described(limits)
    }
}
