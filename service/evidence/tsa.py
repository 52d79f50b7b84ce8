"""Asks a time-stamping authority (RFC 3161) for a stamp. Refuses an answer for another hash or question, by a certificate that
leads to none of our roots, or that takes too long.
"""

from pathlib import Path

import aiohttp
from cryptography import x509
from rfc3161_client import (
    HashAlgorithm,
    PKIStatus,
    TimestampRequestBuilder,
    TimeStampResponse,
    decode_timestamp_response,
)

from hotline1022.audit.stamps import authority_fault, own_certificate
from hotline1022.core.errors import ConfigError, Unavailable

#: bytes of an answer at most; a real one has some 6 KB
MOST_BYTES = 200_000


def read_roots(file: str) -> list[x509.Certificate]:
    """The certificates of a PEM file; none for "". Blocks; ConfigError when it cannot be read."""
    if not file:
        return []
    try:
        return x509.load_pem_x509_certificates(Path(file).read_bytes())
    except (OSError, ValueError) as error:
        cure = "name a PEM file of the authority's root in audit.tsa_roots"
        raise ConfigError(f"{file}: {error}; {cure}", error_id="tsa-roots-invalid") from error


class Authority:
    """One authority."""

    def __init__(self, url: str, roots: list[x509.Certificate], *, seconds: float) -> None:
        self._url, self._seconds = url, seconds
        #: certificates that are trusted
        self.roots = roots

    async def vouch(self, statement: bytes) -> TimeStampResponse:
        """Its answer, checked. Unavailable `tsa-away`, `tsa-refused`, `tsa-answer`."""
        # an answer with several certificates in an order that is not DER's, as openssl sends it, cannot be read here
        certificates = own_certificate(self.roots) is None
        builder = TimestampRequestBuilder().data(statement).hash_algorithm(HashAlgorithm.SHA256)
        request = builder.cert_request(cert_request=certificates).build()
        body = await self._ask(request.as_bytes())
        try:
            answer = decode_timestamp_response(body)
        except ValueError as error:
            cure = "; with its own certificate in audit.tsa_roots too, none is asked for" if certificates else ""
            raise self._bad(f"cannot be read: {error}{cure}") from error
        if answer.status != PKIStatus.GRANTED:
            said = "; ".join(answer.status_string) or f"status {answer.status}"
            raise Unavailable(f"{self._url} refuses to stamp ({said}); ask the authority", error_id="tsa-refused")
        fault = authority_fault(answer, statement, self.roots, nonce=request.nonce)
        if fault:
            raise self._bad(fault)
        return answer

    async def _ask(self, question: bytes) -> bytes:
        limit = aiohttp.ClientTimeout(total=self._seconds)
        headers = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}
        try:
            async with (
                aiohttp.ClientSession(timeout=limit) as session,
                session.post(self._url, data=question, headers=headers, allow_redirects=False) as reply,
            ):
                if reply.status != 200:
                    raise Unavailable(
                        f"{self._url} answers with HTTP {reply.status}; ask the authority", error_id="tsa-refused"
                    )
                body = await reply.content.read(MOST_BYTES + 1)
                while len(body) <= MOST_BYTES and not reply.content.at_eof():
                    body += await reply.content.read(MOST_BYTES + 1 - len(body))
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            reason = str(error) or f"no answer in {self._seconds:.0f} s"
            cure = "see that it can be reached from here"
            raise Unavailable(f"{self._url} does not answer ({reason}); {cure}", error_id="tsa-away") from error
        if len(body) > MOST_BYTES:
            raise self._bad("is larger than any stamp")
        return body

    def _bad(self, why: str) -> Unavailable:
        text = (
            f"the answer of {self._url} is no stamp for what was asked ({why}); ask the authority, see audit.tsa_roots"
        )
        return Unavailable(text, error_id="tsa-answer")
