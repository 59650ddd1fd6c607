"""Where Flower listens, and who may log in to it."""

from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings

from jobs.base_url import BaseUrl


class FlowerSettings(BaseSettings):
    """Flower."""

    flower_users: SecretStr = Field(
        SecretStr(""), description="who may log in to Flower: name:password, separated by commas"
    )
    flower_auth_provider: str = Field(
        "",
        description="who logs in to Flower instead, by OAuth 2: Flower's class for Google, GitHub, GitLab or Okta, such"
        " as flower.views.auth.GithubLoginHandler",
    )
    flower_auth: str = Field("", description="e-mail addresses that may, as a regular expression: .*@example\\.com")
    flower_oauth2_key: str = Field("", description="the id that the provider gave this Flower")
    flower_oauth2_secret: SecretStr = Field(SecretStr(""), description="and its secret")
    flower_oauth2_redirect_uri: str = Field("", description="and where it sends people back to: https://…/login")
    flower_port: int = Field(5555, ge=1, le=65535, description="port of Flower, under `make run`")
    flower_url: BaseUrl = Field(
        "", description="where operators reach Flower: the API's page links to it; `make run` sets its own"
    )
    flower_db: Path | None = Field(
        None, description="file that Flower keeps its history in; unset, `make run` has one in KRITIQ_DATA_DIR"
    )
