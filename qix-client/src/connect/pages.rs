//! URLs that users copy from a browser: pages of the hub, of an app, of a management console.
//!
//! Their paths are those of Qlik Sense Desktop and Enterprise (May 2025) and of Qlik Cloud (August 2026).

use super::url::{Scheme, Url};

/// The query parameters of a page that are kept.
const QUERY: [&str; 4] = ["qlikTicket", "qlik-csrf-token", "qlik-web-integration-id", "reloadUri"];

/// First path segments of pages, and descriptions of the pages.
const PAGES: [(&str, &str); 29] = [
    ("hub", "the hub"),
    ("dev-hub", "the developer hub"),
    ("qmc", "the management console"),
    ("console", "the management console"),
    ("sense", "a page of the client"),
    ("single", "a single visualization"),
    ("dataloadeditor", "the data load editor"),
    ("datamodelviewer", "the data model viewer"),
    ("datamanager", "the data manager"),
    ("dataloader", "the data load editor"),
    ("insightadvisor", "the insight advisor"),
    ("embed", "an embedded page"),
    ("apps", "a page of the client"),
    ("resources", "a file"),
    ("content", "a file"),
    ("analytics", "a page of the client"),
    ("insights", "a page of the client"),
    ("explore", "the hub"),
    ("home", "the hub"),
    ("catalog", "the catalog"),
    ("item", "an item of the hub, whose id is not that of the app"),
    ("item-details", "an item of the hub, whose id is not that of the app"),
    ("automations", "an automation"),
    ("api", "a REST API"),
    ("qrs", "the repository's API"),
    ("extensions", "an extension"),
    ("login", "a login"),
    ("internal_windows_authentication", "a login"),
    ("internal_forms_authentication", "a login"),
];

/// Converts the URL of a page to that of the engine. A bare `/app`, which an engine redirects, becomes `/app/`.
///
/// # Errors
///
/// Returns a description of the page if neither it nor the caller names an app.
pub(super) fn understand(url: &mut Url, has_app: bool) -> Result<(), &'static str> {
    let parts: Vec<String> = url.segments().map(str::to_owned).collect();
    let is_app = |part: &String| part == "app";
    let page = parts.iter().position(|part| PAGES.iter().any(|(page, _)| part.eq_ignore_ascii_case(page)));
    let page = page.filter(|page| {
        // Apps and virtual proxies can have the name of a page.
        let is_prefix = parts.get(page + 1).is_some_and(is_app) && !is_client(url, &parts[*page..]);
        // WebSocket URLs are not copied from a browser, unless the scheme is replaced afterwards.
        let is_http = matches!(url.scheme, Scheme::Http | Scheme::Https);
        (is_http || is_sheet(&parts[*page..])) && !parts.iter().take(*page).any(is_app) && !is_prefix
    });
    let Some(page) = page else {
        if parts.last().is_some_and(is_app) && parts.iter().filter(|part| is_app(part)).count() == 1 {
            let path = format!("{}/", url.path());
            url.set_path(&path);
        }
        return Ok(());
    };
    let app = app_of_path(&parts[page..]).map(str::to_owned);
    let named = app_of_query(url);
    if app.is_none() && named.is_none() && !has_app {
        let name =
            PAGES.iter().find(|(name, _)| parts[page].eq_ignore_ascii_case(name)).map_or("a page", |(_, what)| what);
        return Err(name);
    }
    url.retain_query(|key| QUERY.contains(&key));
    let before: Vec<_> = parts[..page].iter().filter(|part| !part.is_empty()).map(String::as_str).collect();
    url.set_path(&before.join("/"));
    if let Some(app) = app {
        // It is encoded already.
        url.set_path(&format!("{}/app/{app}", url.path().trim_end_matches('/')));
    } else if let Some(app) = named {
        url.push("app");
        url.push(&app);
    }
    Ok(())
}

/// Whether a path belongs to the web client, such as `sense/app/<id>`.
fn is_client(url: &Url, parts: &[String]) -> bool {
    match parts[0].to_ascii_lowercase().as_str() {
        "sense" | "dataloadeditor" | "datamodelviewer" | "datamanager" | "dataloader" | "insightadvisor" => true,
        "analytics" => parts.len() > 3 || url.host().ends_with(".qlikcloud.com"),
        _ => false,
    }
}

/// Whether a path is that of a sheet, such as `sense/app/<id>/sheet/<id>`.
fn is_sheet(parts: &[String]) -> bool {
    app_of_path(parts).is_some()
        && parts.get(3).is_some_and(|part| matches!(part.as_str(), "sheet" | "story" | "overview"))
}

/// The app in a path such as `sense/app/<id>/sheet/<id>/state/analysis`, still encoded.
fn app_of_path(parts: &[String]) -> Option<&str> {
    let at = parts.iter().position(|part| part == "app" || part == "apps")?;
    parts.get(at + 1).map(String::as_str).filter(|app| !app.is_empty())
}

/// The app in a query such as `single/?appid=<id>&sheet=<id>`.
fn app_of_query(url: &Url) -> Option<String> {
    let names_app = |key: &str| ["appid", "app"].iter().any(|name| key.eq_ignore_ascii_case(name));
    url.query().find(|(key, value)| names_app(key) && !value.is_empty()).map(|(_, app)| app)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn understood(text: &str, has_app: bool) -> Result<String, &'static str> {
        let mut url = Url::parse(text).unwrap();
        understand(&mut url, has_app).map(|()| url.to_string())
    }

    #[test]
    fn pages_of_an_app_become_its_address() {
        for (page, address) in [
            ("https://h/jwt/sense/app/1a-2b/sheet/3c/state/analysis", "https://h/jwt/app/1a-2b"),
            ("https://h/sense/app/1a-2b", "https://h/app/1a-2b"),
            ("https://h/sense/app/1a-2b/overview#top", "https://h/app/1a-2b"),
            ("https://h/a/b/sense/app/1a-2b/hubUrl/%2Fhub%2Fmy", "https://h/a/b/app/1a-2b"),
            ("https://h/jwt/single/?appid=1a-2b&sheet=3c&opt=ctxmenu", "https://h/jwt/app/1a-2b"),
            ("https://h/single?sheet=3c&appid=1a-2b", "https://h/app/1a-2b"),
            ("https://t.eu.qlikcloud.com/analytics/app/1a-2b/sheet/3c", "https://t.eu.qlikcloud.com/app/1a-2b"),
            ("https://t.eu.qlikcloud.com/api/v1/apps/1a-2b", "https://t.eu.qlikcloud.com/app/1a-2b"),
            (
                "http://localhost:4848/sense/app/C%3A%5CUsers%5Cann%5CMy%20Sales.qvf/sheet/3c/state/analysis",
                "http://localhost:4848/app/C%3A%5CUsers%5Cann%5CMy%20Sales.qvf",
            ),
            (
                "http://localhost:4848/single/?appid=C%3A%5CUsers%5Cann%5C50%25.qvf&obj=x",
                "http://localhost:4848/app/C:%5CUsers%5Cann%5C50%25.qvf",
            ),
            ("https://h/sense/app/1?qlikTicket=t&theme=x", "https://h/app/1?qlikTicket=t"),
            ("https://h/dataloadeditor/app/1a-2b/hubUrl/%2Fhub", "https://h/app/1a-2b"),
            ("https://h/jwt/datamodelviewer/app/1a-2b", "https://h/jwt/app/1a-2b"),
            ("https://h/datamanager/app/1a-2b", "https://h/app/1a-2b"),
            ("https://t.eu.qlikcloud.com/sense/app/1a-2b/sheet/3c", "https://t.eu.qlikcloud.com/app/1a-2b"),
            ("https://t.eu.qlikcloud.com/insightadvisor/app/1a-2b", "https://t.eu.qlikcloud.com/app/1a-2b"),
            ("https://t.eu.qlikcloud.com/apps/1a-2b", "https://t.eu.qlikcloud.com/app/1a-2b"),
            ("https://t.eu.qlikcloud.com/embed/?ui=analytics/sheet&app=1a-2b", "https://t.eu.qlikcloud.com/app/1a-2b"),
            ("wss://h/jwt/sense/app/1a-2b/sheet/3c/state/analysis", "wss://h/jwt/app/1a-2b"),
            ("  https://h/Sense/app/1a-2b/overview\n", "https://h/app/1a-2b"),
        ] {
            assert_eq!(understood(page, false).as_deref(), Ok(address), "{page}");
        }
    }

    #[test]
    fn other_pages_are_named_unless_the_caller_names_an_app() {
        for (page, what) in [
            ("https://h/hub", "the hub"),
            ("https://h/hub/stream/1a", "the hub"),
            ("https://h/jwt/hub/my/work", "the hub"),
            ("https://h/dev-hub/engine-api-explorer", "the developer hub"),
            ("https://h/qmc", "the management console"),
            ("https://t.eu.qlikcloud.com/analytics/home", "a page of the client"),
            ("https://t.eu.qlikcloud.com/console/users", "the management console"),
            ("https://t.eu.qlikcloud.com/item/5f", "an item of the hub, whose id is not that of the app"),
            ("https://h/single/", "a single visualization"),
            ("https://h/resources/autogenerated/x.html", "a file"),
            ("https://h/extensions/mashup/mashup.html", "an extension"),
            ("https://h/dataloadeditor", "the data load editor"),
            ("https://h/internal_forms_authentication/?targetId=1", "a login"),
        ] {
            assert_eq!(understood(page, false), Err(what), "{page}");
        }
        assert_eq!(understood("https://h/jwt/hub/my/work", true).as_deref(), Ok("https://h/jwt"));
    }

    #[test]
    fn engine_addresses_are_not_changed() {
        for address in [
            "ws://localhost:4848/app/",
            "wss://h/jwt/app/1a/identity/me/ttl/60?qlikTicket=t",
            "wss://h/app/hub",
            "wss://h/app/app",
            "wss://h/hub/app/1a",
            "https://h/api/app/1a",
            "https://h/analytics/app/1a",
            "wss://h/sense/app/1a",
            "wss://h/apps/app/1a",
            "ws://h/",
        ] {
            assert_eq!(understood(address, false).as_deref(), Ok(address));
        }
        assert_eq!(understood("wss://h/app", false).as_deref(), Ok("wss://h/app/"));
        assert_eq!(understood("wss://h/jwt/app?a=b", false).as_deref(), Ok("wss://h/jwt/app/?a=b"));
    }
}
