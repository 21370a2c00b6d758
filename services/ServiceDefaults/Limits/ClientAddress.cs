using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;

namespace ServiceDefaults.Limits;

/// <summary>
/// The address that limits count by. Of IPv6 it is the network of 64 bits: a client has all addresses of one, and each would have limits
/// of its own.
/// </summary>
internal static class ClientAddress
{
    private const int NetworkBytes = 8;

    public static IPAddress Of(HttpContext context) =>
        context.Connection.RemoteIpAddress switch
        {
            null => IPAddress.None,
            { IsIPv4MappedToIPv6: true } mapped => mapped.MapToIPv4(),
            { AddressFamily: AddressFamily.InterNetworkV6 } address => NetworkOf(address),
            var address => address,
        };

    private static IPAddress NetworkOf(IPAddress address)
    {
        var bytes = address.GetAddressBytes();
        bytes.AsSpan(NetworkBytes).Clear();
        return new IPAddress(bytes);
    }
}
