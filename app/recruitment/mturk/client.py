"""Calls of MTurk by Amazon's library, in threads, since it waits for each answer."""

import asyncio
from functools import partial
from typing import Any

from app.core.errors import Invalid
from app.recruitment.recruiter import NoAnswer, NotReached, Refused

REGION = "us-east-1"  # the only one
# Reading, and what carries a token by which the same request is known again.
REPEATABLE = ("get_", "list_")


class MturkClient:
    """`api` is a boto3 client, made when it is first needed; the credentials are those of the environment."""

    def __init__(self, endpoint_url: str, timeout_s: float, api: Any = None) -> None:
        self.endpoint_url, self.timeout_s = endpoint_url, timeout_s
        self._api = api

    async def call(self, operation: str, **parameters: Any) -> dict[str, Any]:
        """Raises `Invalid` (not installed, or no credentials), `Refused`, `NotReached` or `NoAnswer`."""
        return await asyncio.to_thread(partial(self._call, operation, parameters))

    async def close(self) -> None:
        if self._api is not None:
            await asyncio.to_thread(self._api.close)

    def _call(self, operation: str, parameters: dict[str, Any]) -> dict[str, Any]:
        try:
            from botocore import exceptions
        except ImportError:
            raise _not_installed() from None
        reading = operation.startswith(REPEATABLE)
        try:
            api = self._api = self._api or self._connected()
            answer: dict[str, Any] = getattr(api, operation)(**parameters)
        except exceptions.ClientError as error:
            raise _refusal(error.response, reading=reading) from error
        except (exceptions.NoCredentialsError, exceptions.PartialCredentialsError) as error:
            said = "MTurk: there are no AWS credentials; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
            raise Invalid("no_credentials", said) from error
        except exceptions.ParamValidationError as error:
            raise Refused("recruiter_refused", f"MTurk would refuse this: {error}") from error
        except (exceptions.EndpointConnectionError, exceptions.ConnectTimeoutError) as error:
            raise NotReached("recruiter_unreachable", "MTurk cannot be reached") from error
        except exceptions.BotoCoreError as error:
            kind = NotReached if reading else NoAnswer
            raise kind("recruiter_silent", f"MTurk gave no answer: {type(error).__name__}") from error
        return answer

    def _connected(self) -> Any:
        try:
            import boto3
            from botocore.config import Config
        except ImportError:
            raise _not_installed() from None
        # Each request once: what is asked for again is decided here, not in the library.
        config = Config(
            connect_timeout=self.timeout_s,
            read_timeout=self.timeout_s,
            retries={"total_max_attempts": 1, "mode": "standard"},
        )
        return boto3.client("mturk", region_name=REGION, endpoint_url=self.endpoint_url, config=config)


def _not_installed() -> Invalid:
    return Invalid("not_installed", "MTurk needs an extra: pip install 'metamerlab[mturk]'")


def _refusal(response: Any, *, reading: bool) -> Exception:
    error = response.get("Error", {})
    status = response.get("ResponseMetadata", {}).get("HTTPStatusCode", 400)
    said = f"{error.get('Code', status)}: {error.get('Message', 'no reason given')}"[:300]
    if status == 429 or "Throttl" in str(error.get("Code")):
        return NotReached("recruiter_busy", "MTurk asks to wait; nothing was done, try again in a minute")
    if status >= 500:
        kind = NotReached if reading else NoAnswer
        return kind("recruiter_failed", f"MTurk failed with status {status}")
    return Refused("recruiter_refused", f"MTurk refused: {said}", said=said)
