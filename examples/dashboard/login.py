"""One name and one password before the page, for a dashboard that others can reach. Put TLS before it.

Who has shown them in the login page has a signed cookie from then on; programs show them with each request (RFC 7617).
Wrong tries are counted (`Tries`).
"""

import hashlib
import hmac
import math
import secrets
from collections.abc import Callable

from flask import Flask, Response, redirect, render_template, request, url_for
from itsdangerous import BadSignature, URLSafeTimedSerializer
from werkzeug.wrappers import Response as BaseResponse

from examples.dashboard.origin import from_own_page
from examples.dashboard.problem import problem
from examples.dashboard.selection import read_language
from examples.dashboard.texts import Words
from examples.dashboard.tries import TooManyTries, Tries

#: What has a signature of its own, tells nothing, or is needed to log in.
OPEN = frozenset({"webhook.receive", "pages.alive", "login", "static"})
COOKIE, DAYS = "dashboard_login", 7


def demand_login(app: Flask, login: str, tries: Tries, *, proxies: int = 0) -> None:
    """Let in who shows `login`, `name:password`, once in the page or with each request; Kritiq's webhooks show their
    signature instead. `proxies`: see `Settings.proxies`."""
    signer, is_login = _signer(login), _comparing(login)

    def is_right(given: str) -> bool:
        """Raises TooManyTries."""
        # Whichever colon a form took for the one behind the name.
        name = given.partition(":")[0]
        return tries.look(_address(proxies), name, lambda: is_login(given))

    @app.before_request
    def demand() -> BaseResponse | None:
        if request.endpoint in OPEN or _is_in(signer):
            return None
        try:
            if (shown := _shown()) and is_right(shown):
                return None
        except TooManyTries as error:
            return _later(problem(429, str(error)), error)
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
        try:
            if not is_right(given):
                return _page(401, "login_wrong")
        except TooManyTries as error:
            return _later(_page(429, "login_later", math.ceil(error.wait_s / 60)), error)
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


def _comparing(login: str) -> Callable[[str], bool]:
    """Compares with the login in a time that tells nothing of it, its length neither."""
    key = secrets.token_bytes(32)

    def digest(text: str) -> bytes:
        return hmac.digest(key, text.encode(errors="surrogatepass"), "sha256")

    expected = digest(login)
    return lambda given: hmac.compare_digest(digest(given), expected)


def _address(proxies: int) -> str:
    """Who asks: what the first of so many proxies of ours saw. What stands before that anybody may have written."""
    if not proxies:
        return request.remote_addr or ""
    # Without the header werkzeug names who is connected.
    return request.access_route[-min(proxies, len(request.access_route))]


def _page(status: int = 200, notice: str | None = None, *values: int) -> Response:
    words = Words(read_language(request.args, request.accept_languages.values()))
    message = words[notice].format(*values) if notice else None
    return Response(render_template("login.html", t=words, notice=message), status, mimetype="text/html")


def _later(answer: Response, error: TooManyTries) -> Response:
    answer.headers["Retry-After"] = str(error.wait_s)
    return answer


def _give_cookie(answer: BaseResponse, value: str, seconds: int) -> None:
    """Which no script reads and no other site sends; nor, behind a proxy with TLS, a connection without."""
    secure = request.is_secure or request.headers.get("X-Forwarded-Proto") == "https"
    answer.set_cookie(COOKIE, value, max_age=seconds, secure=secure, httponly=True, samesite="Strict")


def _own_path(asked: str) -> str:
    """Where to go on, here and nowhere else."""
    return asked if asked[:1] == "/" and asked[1:2] not in ("/", "\\") and asked.isprintable() else "/"
