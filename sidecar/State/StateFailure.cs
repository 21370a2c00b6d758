using Sidecar.Resiliency;

namespace Sidecar.State;

internal enum StateFailureKind
{
    /// <summary>The ETag given is not the stored one, or the key is absent.</summary>
    ETagMismatch,

    /// <summary>The ETag given cannot be one of this store.</summary>
    ETagInvalid,

    /// <summary>First-write without ETag found a value.</summary>
    KeyExists,

    /// <summary>A condition without ETag did not hold, on a store for which daprd reports that as an error of the store.</summary>
    Refused,

    /// <summary>An option or the time to live is not one of this store's; the write was not sent.</summary>
    Invalid,

    /// <summary>The store could not be reached or answered with an error.</summary>
    Unavailable,
}

/// <summary>The reason why a write changed nothing. Retries and circuit breakers count it, as in daprd.</summary>
internal sealed record StateFailure(StateFailureKind Kind, string Key, string Message) : IFallible
{
    /// <summary>True if the write did not meet its own condition.</summary>
    public bool IsETag => Kind is StateFailureKind.ETagMismatch or StateFailureKind.ETagInvalid or StateFailureKind.KeyExists;

    bool IFallible.Failed => true;

    int? IFallible.Code => null;
}
