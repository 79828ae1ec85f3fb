//! Calls through a test double of a runtime.

// Helpers of the tests may panic.
#![allow(clippy::unwrap_used)]

use std::future::IntoFuture;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use qix_schema::rpc::{Call, Effect, ObjectHandle, RawAnswer, RawCall, Remote, Request};
use qix_schema::types::{GenericObjectProperties, NxInfo};
use qix_schema::*;

/// Returns the same response for every call, and remembers the calls.
#[derive(Debug, Clone)]
struct Double {
    handle: ObjectHandle,
    answer: &'static str,
    asked: Arc<Mutex<Vec<String>>>,
}

fn double<C: Class>(answer: &'static str) -> (C, Arc<Mutex<Vec<String>>>) {
    let asked = Arc::default();
    let double = Double { handle: ObjectHandle::new(C::NAME, 7), answer, asked: Arc::clone(&asked) };
    (C::from_remote(Arc::new(double)), asked)
}

#[async_trait::async_trait]
impl Remote for Double {
    async fn invoke(&self, call: RawCall) -> Result<RawAnswer, Error> {
        let RawCall { method, params, options, .. } = call;
        self.asked.lock().unwrap().push(format!("{} {method} {params} {:?}", self.handle.handle, options.timeout));
        Ok(RawAnswer::new(self.answer))
    }

    fn bind(&self, handle: ObjectHandle) -> Arc<dyn Remote> {
        Arc::new(Self { handle, ..self.clone() })
    }

    fn handle(&self) -> &ObjectHandle {
        &self.handle
    }
}

#[tokio::test]
async fn parameters_and_options_reach_the_runtime() {
    let (doc, asked) = double::<Doc>(r#"{"qReturn":{"qType":"Field","qHandle":3}}"#);
    let field = doc.get_field("Year").state_name("$").with_timeout(Duration::from_secs(5)).await.unwrap();
    doc.get_field("Month").await.unwrap();
    doc.call(doc::GetField::new("Day").state_name("B")).await.unwrap();
    assert_eq!(
        *asked.lock().unwrap(),
        [
            r#"7 Doc.GetField {"qFieldName":"Year","qStateName":"$"} Some(5s)"#,
            r#"7 Doc.GetField {"qFieldName":"Month"} None"#,
            r#"7 Doc.GetField {"qFieldName":"Day","qStateName":"B"} None"#,
        ]
    );
    assert_eq!(field.handle(), &ObjectHandle::new("Field", 3));
}

#[tokio::test]
async fn an_optional_parameter_is_sent_even_at_its_default() {
    let (field, asked) = double::<Field>(r#"{"qReturn":true}"#);
    field.select("2020").soft_lock(false).excluded_values_mode(0).await.unwrap();
    assert_eq!(
        asked.lock().unwrap()[0],
        r#"7 Field.Select {"qMatch":"2020","qSoftLock":false,"qExcludedValuesMode":0} None"#
    );
}

#[test]
fn a_double_can_build_responses() {
    let (object, _) = double::<GenericObject>("{}");
    let response = doc::CreateObjectResponse::new(object).with_info(NxInfo::default().with_id("a"));
    assert_eq!((response.info.id.as_str(), response.object.handle().class), ("a", "GenericObject"));
    let response = global::CreateAppResponse::default().with_success(true).with_app_id("b");
    assert_eq!((response.success, response.app_id.as_str()), (true, "b"));
}

#[tokio::test]
async fn nothing_is_sent_before_awaiting() {
    let (doc, asked) = double::<Doc>("{}");
    drop(doc.clear_all());
    drop(doc.clear_all().into_future());
    assert!(asked.lock().unwrap().is_empty());
    doc.clear_all().await.unwrap();
    assert_eq!(asked.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn all_of_several_results_are_returned() {
    let (doc, _) = double::<Doc>(
        r#"{"qReturn":{"qType":"GenericObject","qHandle":4,"qGenericType":"table","qGenericId":"x"},"qInfo":{"qId":"x"}}"#,
    );
    let created = doc.create_object(GenericObjectProperties::default()).await.unwrap();
    assert_eq!(created.info, NxInfo::default().with_id("x"));
    assert_eq!(created.object.handle().to_string(), "GenericObject `x` (handle 4)");
    assert_eq!(created.object.handle().kind.as_deref(), Some("table"));

    let (global, _) = double::<Global>(r#"{"qReturn":true,"qDef":{"qTitle":"t"}}"#);
    let interact = global.get_interact(1).await.unwrap();
    assert!(interact.returned && interact.def.title == "t");
}

#[tokio::test]
async fn a_missing_object_is_an_error() {
    let (doc, _) = double::<Doc>(r#"{"qReturn":{"qType":null,"qHandle":null}}"#);
    let error = doc.get_object("gone").await.unwrap_err();
    assert!(error.is_not_found() && matches!(error.kind(), ErrorKind::NotFound));
    let message = "Doc.GetObject of Doc (handle 7) with `{\"qId\":\"gone\"}`: the engine has no such object";
    assert!(error.to_string().starts_with(message), "{error}");
    // A script is not part of a message.
    let error = doc.get_object("x".repeat(1000).as_str()).await.unwrap_err();
    assert!(error.to_string().starts_with("Doc.GetObject of Doc (handle 7): "), "{error}");

    let (doc, _) = double::<Doc>(r#"{"qReturn":{"qType":"Doc","qHandle":1}}"#);
    let error = doc.get_field("Year").await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::WrongClass { expected: "Field", found } if found == "Doc"));
}

#[tokio::test]
async fn members_that_the_engine_omits_are_empty() {
    let (field, _) = double::<Field>("{}");
    assert!(!field.clear().await.unwrap());
    let (global, _) = double::<Global>("{}");
    assert_eq!(global.get_doc_list().await.unwrap(), []);
}

#[tokio::test]
async fn a_mismatch_names_method_object_and_path() {
    let (object, _) = double::<GenericObject>(r#"{"qDataPages":[{"qMatrix":[[{"qText":"a","qNum":{}}]]}]}"#);
    let error = object.get_hyper_cube_data("/qHyperCubeDef", vec![]).await.unwrap_err();
    let text = error.to_string();
    for part in ["GenericObject.GetHyperCubeData", "handle 7", "`qDataPages[0].qMatrix[0][0].qNum`"] {
        assert!(text.contains(part), "{part} is not in: {text}");
    }
}

#[tokio::test]
async fn pages_are_the_same_in_any_layout() {
    macro_rules! pages {
        ($start:literal, $colon:literal) => {
            concat!(
                $start,
                r#""qDataPages":[{"qMatrix":[[{"qText":"a","qNum":1.5,"qElemNumber":3,"qState":"O"}],"#,
                r#"[{"qText":"b","qNum""#,
                $colon,
                r#"2,"qElemNumber":4,"qState":"X","qAttrExps":{"qValues":[{"qText":"red","qNum":7}]}}]],"#,
                r#""qTails":[{"qUp":1}],"qArea":{"qWidth":1,"qHeight":2}},"#,
                r#"{"qMatrix":[[{"qText":"c","qNum":"Infinity","qElemNumber":5,"qState":"L","qInExtRow":true}]],"qIsReduced":true}]}"#
            )
        };
    }
    let mut read = Vec::new();
    for text in [pages!("{", ":"), pages!("{", " : "), pages!(r#"{"qNew":[],"#, ":")] {
        let (object, _) = double::<GenericObject>(text);
        read.push(object.get_hyper_cube_data("/qHyperCubeDef", vec![]).await.unwrap());
    }
    assert_eq!(read[0], read[1]);
    assert_eq!(read[0], read[2]);
    let [first, second] = &read[0][..] else { panic!("{read:?}") };
    assert_eq!((first.matrix.len(), first.matrix[0][0].num, first.tails[0].up, first.area.height), (2, 1.5, 1, 2));
    assert_eq!(first.matrix[1][0].attr_exps().unwrap().values[0].num, 7.0);
    assert!(second.is_reduced && second.matrix[0][0].in_ext_row && second.matrix[0][0].num.is_infinite());
}

/// A test double of a class: overrides one method, passes the others to the remote.
#[derive(Debug)]
struct Pretender(Doc);

impl AsRemote for Pretender {
    fn as_remote(&self) -> &dyn Remote {
        self.0.as_remote()
    }
}

impl DocApi for Pretender {
    fn get_script(&self) -> Call<'_, doc::GetScript> {
        Call::ready(Ok("LOAD 1 AS A AUTOGENERATE 1;".to_owned()))
    }
}

#[tokio::test]
async fn classes_can_be_mocked_and_used_as_trait_objects() {
    let (doc, asked) = double::<Doc>(r#"{"qReturn":2}"#);
    let pretender: Box<dyn DocApi + Send + Sync> = Box::new(Pretender(doc));
    assert_eq!(pretender.get_script().await.unwrap(), "LOAD 1 AS A AUTOGENERATE 1;");
    assert_eq!(pretender.back_count().await.unwrap(), 2);
    assert_eq!(asked.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn mixins_feel_like_methods() {
    trait Sheets: DocApi {
        async fn script_length(&self) -> Result<usize, Error> {
            Ok(self.get_script().await?.len())
        }
    }
    impl<T: DocApi> Sheets for T {}
    let (doc, _) = double::<Doc>(r#"{"qScript":"abc"}"#);
    assert_eq!(doc.script_length().await.unwrap(), 3);
}

#[test]
fn methods_know_their_effect() {
    assert_eq!(doc::GetField::METHOD.effect, Effect::Read);
    assert_eq!(doc::DoReload::METHOD.effect, Effect::Write);
    assert_eq!(global::GetProgress::METHOD.effect, Effect::Write);
    assert_eq!(doc::CreateObject::METHOD.results, ["qInfo", "qReturn"]);
    assert_eq!(error_codes::GENERIC_ABORTED.name(), Some("LOCERR_GENERIC_ABORTED"));
    assert_eq!(ErrorCode(99_999).to_string(), "99999");
}

#[test]
fn calls_are_send() {
    fn is_send<T: Send>(_: T) {}
    let (doc, _) = double::<Doc>("{}");
    is_send(doc.get_field("a").into_future());
    is_send(doc.do_reload());
}
