//! Reading a refusal: the service's own envelope, the Power BI and Data Factory ones, pages and nothing at all.

use serde_json::Value;

use crate::error::ErrorCode;
use crate::http::HttpResponse;
use crate::json;
use crate::refusal::Refusal;

pub(crate) fn read(response: &HttpResponse) -> Refusal {
    let value = serde_json::from_slice::<Value>(json::trim(&response.body)).unwrap_or_default();
    let inner = value.get("error").filter(|inner| inner.is_object()).unwrap_or(&value);
    Refusal {
        service_code: json::string(inner, "errorCode")
            .or_else(|| json::string(inner, "code"))
            .or_else(|| response.header("x-ms-public-api-error-code").map(str::to_owned)),
        message: json::string(inner, "message").unwrap_or_default(),
        request_id: json::string(inner, "requestId").or_else(|| response.header("RequestId").map(str::to_owned)),
        retry_delay: None,
    }
}

/// Which of our codes a refusal has.
pub(crate) fn classify(status: u16, service_code: Option<&str>) -> ErrorCode {
    match (service_code.unwrap_or_default(), status) {
        ("TokenExpired", _) => ErrorCode::TokenExpired,
        ("Unauthorized" | "InvalidToken", _) | (_, 401) => ErrorCode::Unauthenticated,
        ("InvalidJobType", _) => ErrorCode::InvalidJobType,
        ("FeatureNotAvailable", _) => ErrorCode::FeatureNotAvailable,
        ("TooManyRequestsForJobs", _) => ErrorCode::TooManyJobs,
        ("JobInstanceNotFound", _) => ErrorCode::RunNotFound,
        ("ItemNotFound" | "WorkspaceNotFound" | "EntityNotFound", _) | (_, 404) => ErrorCode::NotFound,
        ("InsufficientScopes" | "InsufficientPrivileges" | "MissingMinimalPermissions" | "TenantSwitchDisabled", _)
        | (_, 403) => ErrorCode::Forbidden,
        ("RequestBlocked" | "TooManyRequests", _) | (_, 429) => ErrorCode::Throttled,
        (_, 409) => ErrorCode::Conflict,
        (_, 500..) => ErrorCode::ServerError,
        _ => ErrorCode::BadRequest,
    }
}
