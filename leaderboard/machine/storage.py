"""Where code and artefacts lie: a folder, or an S3-compatible store. The site alone reads and writes there."""

from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from leaderboard.machine import environment

STORAGE_ERRORS = (OSError, BotoCoreError, ClientError)


def backend() -> dict[str, Any]:
    """Django's setting for the default storage. Credentials come as boto3 finds them: AWS_ACCESS_KEY_ID and so on."""
    bucket = environment.text("S3_BUCKET")
    if not bucket:
        return {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    endpoint = environment.text("S3_ENDPOINT_URL")
    return {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": bucket,
            "endpoint_url": environment.address("S3_ENDPOINT_URL", endpoint) if endpoint else None,
            "region_name": environment.text("S3_REGION") or None,
            "location": environment.text("S3_PREFIX"),
            "default_acl": None,  # the bucket's own: private
            "file_overwrite": True,  # names are sha256: what is there is the same
        },
    }
