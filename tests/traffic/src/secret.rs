//! Secrets in parameters by position.

/// Index of the positional parameter that contains a secret.
pub(crate) fn secret_positions(method: &str) -> &'static [usize] {
    match method {
        "OpenDoc" | "CreateDocEx" => &[2, 3],
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::secret_positions;
    use crate::redact::is_secret_name;

    #[test]
    fn every_positional_secret_of_the_schema_is_known() {
        let snapshot: serde_json::Value =
            serde_json::from_str(include_str!("../../../qix-schema/schema/snapshot.json")).unwrap();
        for (method, facts) in snapshot["methods"].as_object().unwrap() {
            let name = method.rsplit('.').next().unwrap();
            for (position, param) in facts["params"].as_array().unwrap().iter().enumerate() {
                if is_secret_name(param["name"].as_str().unwrap()) && param["type"] == "string" {
                    assert!(secret_positions(name).contains(&position), "{method}, parameter {position}");
                }
            }
        }
    }
}
