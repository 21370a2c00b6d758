using System.Globalization;
using System.Security.Claims;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Moq;
using Moq.Protected;
using ServiceDefaults.Requests;

namespace Orders.Grpc.Tests;

/// <summary>Calls as the interceptors hand them on.</summary>
internal static class FakeCall
{
    /// <param name="expires">The end of the caller's token.</param>
    public static ServerCallContext Of(Caller caller, DateTimeOffset expires, CancellationToken cancellation = default)
    {
        var call = new Mock<ServerCallContext> { CallBase = true };
        call.Protected().SetupGet<CancellationToken>("CancellationTokenCore").Returns(cancellation);
        var expiry = new Claim("exp", expires.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture));
        var user = new ClaimsPrincipal(new ClaimsIdentity([expiry], "test"));
        call.Object.UserState["__HttpContext"] = new DefaultHttpContext { User = user };
        call.Object.UserState[nameof(Caller)] = caller;
        return call.Object;
    }
}
