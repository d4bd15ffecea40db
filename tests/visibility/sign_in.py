"""Who may open the doors of sign-in, preferences, health and everything else that belongs to no room."""

from visibility.doors import EVERYBODY, api, page, post, public

SIGNED_IN_ELSEWHERE = 302

PAGES = {
    "account_login": page("", no=302, nobody=200),
    "account_logout": (page(EVERYBODY, nobody=302), post(EVERYBODY, nobody=302)),
    "account_signup": public(ok=404),
    "account_email": public(ok=404),
    "account_inactive": public(),
    "account_reauthenticate": page(EVERYBODY),
    "account_change_password": page(EVERYBODY),
    "account_set_password": page(EVERYBODY, ok=302),
    "account_reset_password": public(),
    "account_reset_password_done": public(),
    "account_reset_password_from_key": public(args=lambda w: ["1", "wrong"]),
    "account_reset_password_from_key_done": public(),
    "account_email_verification_sent": public(ok=(200, 302)),
    "account_confirm_email": public(args=lambda w: ["wrong"], ok=(200, 302, 404)),
    "account_confirm_login_code": public(ok=(200, 302, 404)),
    "mfa_authenticate": public(ok=302),
    "mfa_reauthenticate": page(EVERYBODY, ok=(200, 302)),
    "mfa_index": page(EVERYBODY),
    "mfa_activate_totp": page(EVERYBODY, ok=(200, 302)),
    "mfa_deactivate_totp": page(EVERYBODY, ok=(200, 302, 404)),
    "mfa_generate_recovery_codes": page(EVERYBODY, ok=(200, 302, 404)),
    "mfa_view_recovery_codes": page(EVERYBODY, ok=(200, 302, 404)),
    "mfa_download_recovery_codes": page(EVERYBODY, ok=(200, 302, 404)),
    "usersessions_list": page(EVERYBODY),
    "components": public(),
    "offline": public(),
    "nav_counts": page(EVERYBODY),
    "set_preference": public(method="POST", ok=302, data={"language": "en"}),
    "saved_view_new": page(EVERYBODY, query="list_key=people&path=/people/&query="),
    "saved_view_delete": post("", no=404, args=lambda w: [1]),
    "health_live": public(ok=200),
    "health_ready": public(ok=(200, 503)),
    "metrics": public(ok=(200, 403, 404)),
    "file_download": page("", no=404, args=lambda w: ["6c1a0a52-9a6f-4dd8-8c0e-2f3c5f0f4f0e"]),
}

OPERATIONS = {
    "GET /me": api(EVERYBODY),
    "GET /scopes": api(EVERYBODY),
    "GET /tokens": api(EVERYBODY),
    "POST /tokens": api(EVERYBODY, body={}),
    "GET /tokens/{token_id}": api("", no=404, args={"token_id": 1}),
    "DELETE /tokens/{token_id}": api("", no=404, args={"token_id": 1}),
}
