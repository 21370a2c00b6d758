using ServiceDefaults.Requests;

namespace Gateway.Resilience;

/// <summary>A client of the gateway's own sidecar.</summary>
internal static class SidecarClient
{
    public static HttpClient Create(IConfiguration configuration)
    {
        var http = new HttpClient(
            new SocketsHttpHandler
            {
                UseProxy = false,
                UseCookies = false,
                AllowAutoRedirect = false,
            }
        )
        {
            BaseAddress = SidecarAddress.Http(configuration),
        };
        if (configuration["DAPR_API_TOKEN"] is { Length: > 0 } token)
        {
            http.DefaultRequestHeaders.Add("dapr-api-token", token);
        }
        return http;
    }
}
