using System.Net.Sockets;

namespace Sidecar.Invocation;

/// <summary>
/// True if a call failed because no process listens at the address: the call has then had no effect and may be sent elsewhere.
/// </summary>
internal static class ConnectionRefusal
{
    public static bool Is(Exception? failure) =>
        failure is HttpRequestException { InnerException: SocketException { SocketErrorCode: SocketError.ConnectionRefused } };
}
