//! Maps engine versions to product releases.
//!
//! `cargo xtask diff` also compiles this file, because it must work even if the generated code does not compile.

use std::fmt;

/// A product release and its engine version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Release {
    /// Name, such as `November 2025 for Windows`.
    pub name: &'static str,
    /// Engine version, such as `12.2561.0`. Patches of the release increase the last number.
    pub engine: &'static str,
}

/// The release of an engine version. Its `Display` form completes the sentence "the engine is …".
///
/// Versions of Windows releases are from the release notes of the vendor's .NET SDK. Versions of Qlik Cloud are from
/// published schemas and from the vendor's client `@qlik/api` 2.19:
///
/// | release | engine |
/// |---|---|
/// | November 2022 for Windows | 12.1501.1 |
/// | February 2023 for Windows | 12.1581.1 |
/// | May 2023 for Windows | 12.1678.0 |
/// | August 2023 for Windows | 12.1745.4 |
/// | November 2023 for Windows | 12.1872.0 |
/// | February 2024 for Windows | 12.1958.1 |
/// | May 2024 for Windows | 12.2056.2 |
/// | November 2024 for Windows | 12.2219.2 |
/// | May 2025 for Windows | 12.2386.4 |
/// | November 2025 for Windows | 12.2561.0 |
/// | May 2026 for Windows | 12.2759.2 |
/// | Qlik Cloud on May 12, 2026 | 12.2802.0 |
/// | Qlik Cloud on August 29, 2026 | 12.2886.0 |
/// | Qlik Cloud in `@qlik/api` 2.19 | 12.2931.0 |
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EngineRelease {
    /// A release, or a patch of it.
    Of(Release),
    /// Not a known release: a build of Qlik Cloud between two releases, or an older or newer build.
    Between {
        /// The newest release before it.
        older: Option<Release>,
        /// The oldest release after it.
        newer: Option<Release>,
    },
}

/// All releases, oldest first.
const RELEASES: [Release; 14] = [
    Release { name: "November 2022 for Windows", engine: "12.1501.1" },
    Release { name: "February 2023 for Windows", engine: "12.1581.1" },
    Release { name: "May 2023 for Windows", engine: "12.1678.0" },
    Release { name: "August 2023 for Windows", engine: "12.1745.4" },
    Release { name: "November 2023 for Windows", engine: "12.1872.0" },
    Release { name: "February 2024 for Windows", engine: "12.1958.1" },
    Release { name: "May 2024 for Windows", engine: "12.2056.2" },
    Release { name: "November 2024 for Windows", engine: "12.2219.2" },
    Release { name: "May 2025 for Windows", engine: "12.2386.4" },
    Release { name: "November 2025 for Windows", engine: "12.2561.0" },
    Release { name: "May 2026 for Windows", engine: "12.2759.2" },
    Release { name: "Qlik Cloud on May 12, 2026", engine: "12.2802.0" },
    Release { name: "Qlik Cloud on August 29, 2026", engine: "12.2886.0" },
    Release { name: "Qlik Cloud as @qlik/api 2.19 knows it", engine: "12.2931.0" },
];

impl Release {
    /// The Windows release of a month: `November 2025` or `Nov 2025`.
    ///
    /// ```
    /// use qix_schema::Release;
    ///
    /// assert_eq!(Release::for_windows("Nov 2025").unwrap().engine, "12.2561.0");
    /// assert_eq!(Release::for_windows("July 2025"), None);
    /// ```
    pub fn for_windows(month: &str) -> Option<Self> {
        let (month, year) = month.trim().split_once(' ')?;
        let month = month.to_lowercase();
        RELEASES.into_iter().find(|release| {
            let name = release.name.strip_suffix(" for Windows").and_then(|name| name.split_once(' '));
            name.is_some_and(|(known, in_year)| {
                month.len() >= 3 && known.to_lowercase().starts_with(&month) && in_year == year.trim()
            })
        })
    }
}

impl EngineRelease {
    /// The release of an engine version, or the releases before and after it. Returns `None` for an invalid version.
    ///
    /// ```
    /// use qix_schema::EngineRelease;
    ///
    /// let of = |version| EngineRelease::of(version).unwrap().to_string();
    /// assert_eq!(of("12.2561.3"), "November 2025 for Windows");
    /// assert_eq!(of("12.2528.0"), "newer than May 2025 for Windows, older than November 2025 for Windows");
    /// ```
    pub fn of(version: &str) -> Option<Self> {
        let version = branch(version)?;
        let at = RELEASES.partition_point(|release| branch(release.engine) < Some(version));
        let older = at.checked_sub(1).map(|at| RELEASES[at]);
        Some(match RELEASES.get(at).copied() {
            Some(release) if branch(release.engine) == Some(version) => Self::Of(release),
            newer => Self::Between { older, newer },
        })
    }
}

/// The first two numbers of a version, which identify a release; patches change the third.
fn branch(version: &str) -> Option<(u32, u32)> {
    let numbers: Vec<u32> = version.trim().split('.').map(str::parse).collect::<Result<_, _>>().ok()?;
    Some((*numbers.first()?, *numbers.get(1)?))
}

/// `November 2025 for Windows (12.2561.0)`
impl fmt::Display for Release {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.name, self.engine)
    }
}

impl fmt::Display for EngineRelease {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Of(release) => f.write_str(release.name),
            Self::Between { older: Some(older), newer: Some(newer) } => {
                write!(f, "newer than {}, older than {}", older.name, newer.name)
            }
            Self::Between { older: Some(older), newer: None } => write!(f, "newer than {}", older.name),
            Self::Between { newer: Some(newer), older: None } => write!(f, "older than {}", newer.name),
            // There are releases on at least one side of any version.
            Self::Between { older: None, newer: None } => f.write_str("of no known release"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(version: &str) -> Option<String> {
        EngineRelease::of(version).map(|release| release.to_string())
    }

    #[test]
    fn releases_are_in_order_and_each_is_found_by_its_engine() {
        assert!(RELEASES.is_sorted_by_key(|release| branch(release.engine)));
        for release in RELEASES {
            assert_eq!(EngineRelease::of(release.engine), Some(EngineRelease::Of(release)));
            let month = release.name.strip_suffix(" for Windows");
            assert_eq!(month.and_then(Release::for_windows), month.map(|_| release));
        }
    }

    #[test]
    fn a_patch_belongs_to_its_release() {
        for version in ["12.2561", "12.2561.0", "12.2561.3", " 12.2561.3.1 "] {
            assert_eq!(of(version).as_deref(), Some("November 2025 for Windows"), "{version}");
        }
        // The first engine of a release need not have the number 0.
        assert_eq!(of("12.2386.0").as_deref(), Some("May 2025 for Windows"));
    }

    #[test]
    fn other_versions_are_placed_and_not_guessed() {
        assert_eq!(
            of("12.2562.0").as_deref(),
            Some("newer than November 2025 for Windows, older than May 2026 for Windows")
        );
        assert_eq!(of("12.20.0").as_deref(), Some("older than November 2022 for Windows"));
        assert_eq!(of("13.0.0").as_deref(), Some("newer than Qlik Cloud as @qlik/api 2.19 knows it"));
        for version in ["", "12", "next", "12.x.0", "12.-1.0", "12.99999999999.0"] {
            assert_eq!(of(version), None, "{version}");
        }
    }

    #[test]
    fn months_may_be_shortened() {
        let engine = |month| Release::for_windows(month).map(|release| release.engine);
        for month in ["November 2025", "Nov 2025", "nov  2025", " NOVEMBER 2025"] {
            assert_eq!(engine(month), Some("12.2561.0"), "{month}");
        }
        for month in ["", "2025", "No 2025", "Nov", "Nov 25", "June 2025", "Novembers 2025", "Qlik Cloud"] {
            assert_eq!(engine(month), None, "{month}");
        }
    }
}
