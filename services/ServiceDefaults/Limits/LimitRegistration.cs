using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace ServiceDefaults.Limits;

/// <summary>Reads the limits of a service that external clients call.</summary>
public static class LimitRegistration
{
    /// <summary>Adds <see cref="LimitOptions"/>, and the web server's own limits for slow and for large requests.</summary>
    public static LimitOptions AddLimitOptions(this WebApplicationBuilder builder)
    {
        builder
            .Services.AddOptions<LimitOptions>()
            .BindConfiguration("Limits")
            .Validate(
                options => options.AreSane,
                "Limits: queues must be at least 0, MostHeaderBytes 1025, MostHeaders 9, everything else 1"
            )
            .ValidateOnStart();
        var limits = builder.Configuration.GetSection("Limits").Get<LimitOptions>() ?? new LimitOptions();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestHeadersTotalSize = limits.MostHeaderBytes;
            kestrel.Limits.MaxRequestHeaderCount = limits.MostHeaders;
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
            kestrel.Limits.MinRequestBodyDataRate = new MinDataRate(limits.SlowestBody, TimeSpan.FromSeconds(5));
        });
        return limits;
    }
}
