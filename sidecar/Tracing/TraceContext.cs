using System.Diagnostics;
using Grpc.Core;

namespace Sidecar.Tracing;

/// <summary>The trace context that a call passes on, in W3C's format.</summary>
internal sealed record TraceContext(string Parent, string State)
{
    public const string ParentHeader = "traceparent";
    public const string StateHeader = "tracestate";

    /// <summary>The binary form, which older gRPC libraries read.</summary>
    public const string BinaryHeader = "grpc-trace-bin";

    private const int BinaryLength = 29;

    /// <summary>Tracing is switched off: nothing is passed on.</summary>
    public static readonly TraceContext Off = new("", "");

    /// <summary>No trace was received and none is started. Zeros are passed on all the same, as in daprd.</summary>
    public static readonly TraceContext None = new("00-00000000000000000000000000000000-0000000000000000-00", "");

    public bool IsOff => Parent.Length == 0;

    public bool IsSampled => Parent.Length > 1 && (Convert.ToInt32(Parent[^2..], 16) & 1) == 1;

    /// <summary>The trace members in the envelope of an event; empty without a trace.</summary>
    public string InEvent => Parent == None.Parent ? "" : Parent;

    public static TraceContext Of(HttpContext context) => Span.Of(context).Context;

    /// <summary>Null if <paramref name="parent"/> is no trace context.</summary>
    public static TraceContext? Parse(string? parent, string? state) =>
        !string.IsNullOrEmpty(parent) && ActivityContext.TryParse(parent, null, out _) ? new TraceContext(parent, state ?? "") : null;

    public static TraceContext? FromHeaders(IHeaderDictionary headers) =>
        headers[BinaryHeader].ToString() is { Length: > 0 } coded && FromBinary(coded) is { } binary
            ? binary
            : Parse(headers[ParentHeader].ToString(), headers[StateHeader].ToString());

    /// <summary>Parses the base64 form of HTTP headers.</summary>
    public static TraceContext? FromBinary(string coded)
    {
        Span<byte> bytes = stackalloc byte[BinaryLength + 3];
        return Convert.TryFromBase64String(coded.PadRight((coded.Length + 3) / 4 * 4, '='), bytes, out var length)
            ? FromBinary(bytes[..length])
            : null;
    }

    public ActivityContext ToActivity() =>
        ActivityContext.TryParse(Parent, State.Length > 0 ? State : null, isRemote: true, out var context) ? context : default;

    /// <summary>Version, then trace, span and flags, each behind the number of its field.</summary>
    public byte[] ToBinary()
    {
        var context = ToActivity();
        var bytes = new byte[BinaryLength];
        bytes[18] = 1;
        bytes[27] = 2;
        if (context != default)
        {
            context.TraceId.CopyTo(bytes.AsSpan(2, 16));
            context.SpanId.CopyTo(bytes.AsSpan(19, 8));
            bytes[28] = (byte)context.TraceFlags;
        }
        return bytes;
    }

    /// <summary><paramref name="metadata"/> with the trace in it, as bindings pass it on.</summary>
    public Dictionary<string, string> Over(IEnumerable<KeyValuePair<string, string>> metadata)
    {
        var traced = new Dictionary<string, string>(metadata, StringComparer.Ordinal);
        if (!IsOff)
        {
            traced[ParentHeader] = Parent;
        }
        if (State.Length > 0)
        {
            traced[StateHeader] = State;
        }
        return traced;
    }

    /// <summary>Adds the trace to a request that has none.</summary>
    public void AddTo(HttpRequestMessage request, bool binary = false)
    {
        if (IsOff || request.Headers.NonValidated.Contains(ParentHeader))
        {
            return;
        }
        request.Headers.TryAddWithoutValidation(ParentHeader, Parent);
        if (State.Length > 0)
        {
            request.Headers.TryAddWithoutValidation(StateHeader, State);
        }
        if (binary && !request.Headers.NonValidated.Contains(BinaryHeader))
        {
            request.Headers.TryAddWithoutValidation(BinaryHeader, Convert.ToBase64String(ToBinary()));
        }
    }

    /// <summary>Adds the trace in both forms to the headers of a gRPC call.</summary>
    public void AddTo(Metadata headers)
    {
        if (IsOff)
        {
            return;
        }
        headers.Add(ParentHeader, Parent);
        if (State.Length > 0)
        {
            headers.Add(StateHeader, State);
        }
        headers.Add(BinaryHeader, ToBinary());
    }

    private static TraceContext? FromBinary(ReadOnlySpan<byte> bytes)
    {
        if (bytes is not [0, 0, ..] || bytes.Length < BinaryLength || bytes[18] != 1 || bytes[27] != 2)
        {
            return null;
        }
        return Parse($"00-{Convert.ToHexStringLower(bytes[2..18])}-{Convert.ToHexStringLower(bytes[19..27])}-{bytes[28]:x2}", null);
    }
}
