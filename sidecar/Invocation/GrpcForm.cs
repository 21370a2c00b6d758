using System.Globalization;
using Grpc.Core;
using Sidecar.Apps;

namespace Sidecar.Invocation;

/// <summary>
/// The parts of an invocation over gRPC that HTTP has no place for, on the way between two sidecars: the type of the data, and the status
/// of a gRPC app. A request has it if its client has called over gRPC.
/// </summary>
/// <param name="TypeUrl">The type of the request's data; empty if there is none.</param>
internal sealed record GrpcForm(string TypeUrl)
{
    private const string Prefix = "x-sidecar-grpc-";
    private const string TypeHeader = Prefix + "type";
    private const string StatusHeader = Prefix + "status";
    private const string DetailHeader = Prefix + "detail";

    public void AddTo(HttpRequestMessage request) => request.Headers.TryAddWithoutValidation(TypeHeader, Uri.EscapeDataString(TypeUrl));

    /// <summary>Removes the form from a request, so that the app does not see it. Null if the client has called over HTTP.</summary>
    public static GrpcForm? TakeFrom(HttpRequest request) =>
        request.Headers.Remove(TypeHeader, out var type) ? new GrpcForm(Uri.UnescapeDataString(type.ToString())) : null;

    public static void WriteType(HttpResponse response, string typeUrl) => response.Headers[TypeHeader] = Uri.EscapeDataString(typeUrl);

    public static void WriteStatus(HttpResponse response, Status status)
    {
        response.Headers[StatusHeader] = ((int)status.StatusCode).ToString(CultureInfo.InvariantCulture);
        response.Headers[DetailHeader] = Uri.EscapeDataString(status.Detail);
    }

    /// <summary>The reply of a gRPC app with its type; that of an HTTP app unchanged.</summary>
    /// <exception cref="RpcException">The app has refused the call.</exception>
    public static InvocationReply Restore(InvocationReply reply)
    {
        string? Value(string name) => reply.Headers.Where(header => header.Key == name).Select(header => header.Value).FirstOrDefault();
        if (int.TryParse(Value(StatusHeader), NumberStyles.None, CultureInfo.InvariantCulture, out var code))
        {
            throw new RpcException(new Status((StatusCode)code, Uri.UnescapeDataString(Value(DetailHeader) ?? "")));
        }
        return reply with
        {
            TypeUrl = Value(TypeHeader) is { } type ? Uri.UnescapeDataString(type) : null,
            Headers = [.. reply.Headers.Where(header => !header.Key.StartsWith(Prefix, StringComparison.Ordinal))],
        };
    }
}
