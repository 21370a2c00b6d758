using System.Net.Sockets;

namespace Sidecar.Invocation;

/// <summary>Whether a call has failed because nobody listens at the address: then it has reached nobody, and may go to another.</summary>
internal static class ConnectionRefusal
{
    public static bool Is(Exception? failure) =>
        failure is HttpRequestException { InnerException: SocketException { SocketErrorCode: SocketError.ConnectionRefused } };
}
