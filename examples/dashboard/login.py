"""One name and one password before the page, for a dashboard that others can reach. Put TLS before it.

Who has shown them in the login page has a signed cookie from then on; programs show them with each request (RFC 7617).
"""

import hashlib
import hmac

from flask import Flask, Response, redirect, render_template, request, url_for
from itsdangerous import BadSignature, URLSafeTimedSerializer
from werkzeug.wrappers import Response as BaseResponse

from examples.dashboard.origin import from_own_page
from examples.dashboard.problem import problem
from examples.dashboard.selection import read_language
from examples.dashboard.texts import Words

#: What has a signature of its own, tells nothing, or is needed to log in.
OPEN = frozenset({"webhook.receive", "pages.alive", "login", "static"})
COOKIE, DAYS = "dashboard_login", 7


def demand_login(app: Flask, login: str) -> None:
    """Let in who shows `login`, `name:password`, once in the page or with each request; Kritiq's webhooks show their
    signature instead."""
    signer = _signer(login)

    @app.before_request
    def demand() -> BaseResponse | None:
        if request.endpoint in OPEN or _is_in(signer) or hmac.compare_digest(_shown().encode(), login.encode()):
            return None
        wants = request.accept_mimetypes
        if request.method == "GET" and wants["text/html"] > wants["application/json"]:
            return redirect(url_for("login", next=request.full_path), 303)
        return problem(401, "This dashboard wants a name and a password.")

    @app.route("/login", endpoint="login", methods=["GET", "POST"])
    def page() -> BaseResponse:
        if request.method == "GET":
            return _page()
        if not from_own_page():
            return problem(403, "Log in on this dashboard's own page.")
        given = f"{request.form.get('name', '')}:{request.form.get('password', '')}"
        if not hmac.compare_digest(given.encode(), login.encode()):
            return _page(401)
        answer = redirect(_own_path(request.args.get("next", "/")), 303)
        _give_cookie(answer, signer.dumps("in"), DAYS * 86_400)
        return answer

    @app.post("/logout", endpoint="logout")
    def leave() -> BaseResponse:
        if not from_own_page():
            return problem(403, "Log out on this dashboard's own page.")
        answer = redirect(url_for("login"), 303)
        _give_cookie(answer, "", 0)
        return answer


def _signer(login: str) -> URLSafeTimedSerializer:
    """Its key follows from the login: cookies outlive a restart, and no change of the password."""
    key = hashlib.scrypt(login.encode(), salt=b"kritiq dashboard", n=2**14, r=8, p=1, dklen=32)
    return URLSafeTimedSerializer(key, signer_kwargs={"digest_method": hashlib.sha256})


def _is_in(signer: URLSafeTimedSerializer) -> bool:
    try:
        signer.loads(request.cookies.get(COOKIE, ""), max_age=DAYS * 86_400)
    except BadSignature:
        return False
    return True


def _shown() -> str:
    shown = request.authorization
    return f"{shown.username}:{shown.password}" if shown is not None and shown.type == "basic" else ""


def _page(status: int = 200) -> Response:
    words = Words(read_language(request.args, request.accept_languages.values()))
    return Response(render_template("login.html", t=words, wrong=status != 200), status, mimetype="text/html")


def _give_cookie(answer: BaseResponse, value: str, seconds: int) -> None:
    """Which no script reads and no other site sends; nor, behind a proxy with TLS, a connection without."""
    secure = request.is_secure or request.headers.get("X-Forwarded-Proto") == "https"
    answer.set_cookie(COOKIE, value, max_age=seconds, secure=secure, httponly=True, samesite="Strict")


def _own_path(asked: str) -> str:
    """Where to go on, here and nowhere else."""
    return asked if asked[:1] == "/" and asked[1:2] not in ("/", "\\") and asked.isprintable() else "/"
