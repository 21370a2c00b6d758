using Microsoft.AspNetCore.Http;

namespace ServiceDefaults.Requests;

/// <summary>
/// On whose behalf a request comes. The edge knows, and says so in headers that it takes from nobody else; only an app's own sidecar
/// gets in here, so they can be believed.
/// </summary>
public static class Caller
{
    /// <summary>Set when a customer asks. Operators, and services among themselves, ask without it and may see everything.</summary>
    public const string CustomerHeader = "X-Customer-ID";

    public static string? CustomerOf(HttpRequest request) => request.Headers[CustomerHeader] is [{ Length: > 0 } customer] ? customer : null;

    /// <summary>Whether what belongs to <paramref name="owner"/> may be shown. If not, it is as if it did not exist: a 403 would tell that it does.</summary>
    public static bool MaySee(HttpRequest request, string? owner) => CustomerOf(request) is not { } customer || customer == owner;
}
