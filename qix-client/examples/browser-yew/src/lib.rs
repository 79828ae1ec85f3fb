//! List boxes and a table as components of Yew. Each follows the layout of its own object in the engine.

mod live;

use live::{App, use_live};
use qix_client::{Error, prelude::*};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

/// Rows that a list or a table shows.
const ROWS: i32 = 500;
const LIST: &str = "/qListObjectDef";

/// Draws the page.
#[wasm_bindgen(start)]
pub fn start() {
    // Yew's own hook prints panics to the console.
    yew::set_custom_panic_hook(Box::new(|panic| web_sys::console::error_1(&panic.to_string().into())));
    qix_client::close_on_panic();
    yew::Renderer::<Page>::new().render();
}

/// Shows problems in place of their text before.
type Report = Callback<String>;

/// Runs calls, and reports their error.
fn run<T>(report: &Report, calls: impl Future<Output = Result<T, Error>> + 'static) {
    let report = report.clone();
    spawn_local(async move {
        report.emit(calls.await.err().map(|error| error.to_string()).unwrap_or_default());
    });
}

#[component]
fn Page() -> Html {
    let app = use_state(|| None::<App>);
    let problem = use_state(String::new);
    let report = Callback::from({
        let problem = problem.clone();
        move |text| problem.set(text)
    });
    use_effect_with((), {
        let (app, report) = (app.clone(), report.clone());
        move |()| {
            spawn_local(async move {
                let problem = match App::open().await {
                    Ok(opened) => {
                        app.set(Some(opened.clone()));
                        opened.closed().await.to_string()
                    }
                    Err(error) => error.to_string(),
                };
                report.emit(problem);
            });
        }
    });
    let content = (*app).clone().map(|app| {
        let clear = Callback::from({
            let (doc, report) = (app.doc(), report.clone());
            move |_| {
                let doc = doc.clone();
                run(&report, async move { doc.clear_all().await });
            }
        });
        html! {
            <>
                <button id="clear" onclick={clear}>{ "Clear selections" }</button>
                <main>
                    <ListBox app={app.clone()} field="Year" report={report.clone()} />
                    <ListBox app={app.clone()} field="Region" report={report.clone()} />
                    <Table app={app.clone()} report={report.clone()} />
                </main>
            </>
        }
    });
    html! {
        <>
            <h1>{ "Sales" }</h1>
            <p id="problem" role="alert">{ (*problem).clone() }</p>
            { content }
        </>
    }
}

#[derive(Properties, PartialEq)]
struct ListBoxProps {
    app: App,
    field: AttrValue,
    report: Report,
}

#[component]
fn ListBox(props: &ListBoxProps) -> Html {
    let field = props.field.clone();
    let live = use_live(&props.app, &props.report, move || {
        ListObjectDef::field(&*field)
            .with_show_alternatives(true)
            .with_sort_by(SortCriteria::by_text())
            .with_initial_data_fetch([NxPage::of_size(1, ROWS)])
            .into()
    });
    let pages = live.layout.and_then(|layout| layout.list_object.clone()).unwrap_or_default().data_pages;
    let values = pages.into_iter().flat_map(|page| page.matrix).flatten().map(|cell| {
        let toggle = Callback::from({
            let (object, report, number) = (live.object.clone(), props.report.clone(), cell.elem_number);
            move |_| {
                let Some(list) = object.clone() else { return };
                run(&report, async move { list.select_list_object_values(LIST, vec![number], true).await });
            }
        });
        // The short title of the state is the class that the style sheet colors.
        let state = cell.state.to_string();
        html! { <li key={cell.elem_number} class={state}><button onclick={toggle}>{ cell.text }</button></li> }
    });
    html! {
        <section id={props.field.clone()}>
            <h2>{ props.field.clone() }</h2>
            <ul>{ for values }</ul>
        </section>
    }
}

#[derive(Properties, PartialEq)]
struct TableProps {
    app: App,
    report: Report,
}

#[component]
fn Table(props: &TableProps) -> Html {
    let live = use_live(&props.app, &props.report, || {
        HyperCubeDef::default()
            .with_dimensions(["Product", "Region"].map(NxDimension::field))
            .with_measures([NxMeasure::expression("Sum(Sales)").with_label("Sales")])
            .with_initial_data_fetch([NxPage::of_size(3, ROWS)])
            .into()
    });
    let cube = live.layout.and_then(|layout| layout.hyper_cube.clone()).unwrap_or_default();
    let titles = cube.dimension_info.iter().map(|info| &info.fallback_title);
    let titles = titles.chain(cube.measure_info.iter().map(|info| &info.fallback_title));
    let rows = cube.data_pages.iter().flat_map(|page| &page.matrix);
    html! {
        <table>
            <thead><tr>{ for titles.map(|title| html! { <th>{ title }</th> }) }</tr></thead>
            <tbody>
                { for rows.map(|row| html! {
                    <tr>{ for row.iter().map(|cell| html! { <td>{ &cell.text }</td> }) }</tr>
                }) }
            </tbody>
        </table>
    }
}
