namespace Sidecar.Logging;

/// <summary>A logged call. <paramref name="Size"/> is that of the answer, if known beforehand.</summary>
internal sealed record ApiCall(string Message, int Code, long Duration, string Method, long? Size, string? UserAgent)
{
    public IEnumerable<KeyValuePair<string, object>> Fields
    {
        get
        {
            yield return new("code", (long)Code);
            yield return new("duration", Duration);
            yield return new("method", Method);
            if (Size is { } size)
            {
                yield return new("size", size);
            }
            if (UserAgent is not null)
            {
                yield return new("useragent", UserAgent);
            }
        }
    }

    public override string ToString() => $"{Message}: {Method} {Code} in {Duration} ms";
}
