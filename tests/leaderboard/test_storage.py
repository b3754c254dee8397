"""Code and artefacts in an S3-compatible store, over HTTP to a server of our own."""

import hashlib

import boto3
import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.files.storage import default_storage, storages
from django.test import override_settings
from moto.server import ThreadedMotoServer

from leaderboard.machine import contents, storage
from leaderboard.models import Submission
from leaderboard.submitting.uploads import UploadError, store_code
from tests.leaderboard.conftest import CODE

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def server():
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(server, monkeypatch):
    """A site whose storage is a bucket, set up as its keeper does: by variables."""
    variables = {
        "S3_BUCKET": "claimcheck", "S3_ENDPOINT_URL": server, "S3_REGION": "eu-west-1", "S3_PREFIX": "site",
        "AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret",
    }  # fmt: skip
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    client = boto3.client("s3", endpoint_url=server, region_name="eu-west-1")
    where = {"LocationConstraint": "eu-west-1"}
    client.create_bucket(Bucket="claimcheck", CreateBucketConfiguration=where)
    kept = {"staticfiles": storages.backends["staticfiles"]}
    with override_settings(STORAGES={"default": storage.backend(), **kept}):
        yield client
    for each in client.list_objects_v2(Bucket="claimcheck").get("Contents", []):
        client.delete_object(Bucket="claimcheck", Key=each["Key"])
    client.delete_bucket(Bucket="claimcheck")
    client.close()


def keys(client):
    return [each["Key"] for each in client.list_objects_v2(Bucket="claimcheck").get("Contents", [])]


def test_code_is_kept_in_the_bucket_once_and_comes_back(bucket, alice):
    sha256 = store_code(CODE)
    assert store_code(CODE) == sha256 == hashlib.sha256(CODE).hexdigest()
    assert keys(bucket) == [f"site/{contents.CODE.path(sha256)}"]
    assert Submission(code_sha256=sha256).code() == CODE


def test_half_written_code_is_replaced(bucket):
    sha256 = hashlib.sha256(CODE).hexdigest()
    bucket.put_object(Bucket="claimcheck", Key=f"site/{contents.CODE.path(sha256)}", Body=CODE[:10])
    store_code(CODE)
    assert Submission(code_sha256=sha256).code() == CODE


def test_a_store_that_is_away_is_our_fault_and_is_told_as_such(bucket):
    bucket.delete_bucket(Bucket="claimcheck")
    with pytest.raises(UploadError, match=r"could not be stored .* our fault"):
        store_code(CODE)
    bucket.create_bucket(Bucket="claimcheck", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})


def test_a_store_that_is_away_makes_the_site_not_ready(bucket, client, db):
    assert client.get("/readyz").json()["storage"] == "ok"
    bucket.delete_object(Bucket="claimcheck", Key="site/probe.txt")
    bucket.delete_bucket(Bucket="claimcheck")
    assert client.get("/readyz").json()["storage"] == "NoSuchBucket"
    bucket.create_bucket(Bucket="claimcheck", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})


def test_without_a_bucket_files_lie_in_the_data_folder(monkeypatch):
    monkeypatch.delenv("S3_BUCKET", raising=False)
    assert storage.backend()["BACKEND"].endswith("FileSystemStorage")
    assert default_storage.path("x").endswith("/x")


@pytest.mark.parametrize("address", ["minio:9000", "s3://minio"])
def test_a_wrong_address_stops_the_start(monkeypatch, address):
    monkeypatch.setenv("S3_BUCKET", "claimcheck")
    monkeypatch.setenv("S3_ENDPOINT_URL", address)
    with pytest.raises(ImproperlyConfigured, match="S3_ENDPOINT_URL"):
        storage.backend()
