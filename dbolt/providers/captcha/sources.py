"""Which service is asked, by what is set up?"""

from __future__ import annotations

from pydantic import SecretStr

from dbolt.providers.captcha import CaptchaService
from dbolt.providers.captcha.two_captcha import TwoCaptcha


def captcha_service(key: SecretStr | None, api_base: str = "") -> CaptchaService | None:
    """The service with the account of *key*; None without one. Raises ValueError as it does."""
    return TwoCaptcha(key, api_base=api_base) if key is not None else None
