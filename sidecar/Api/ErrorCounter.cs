using Sidecar.Api.Http;
using Sidecar.Failures;
using Sidecar.Metrics;

namespace Sidecar.Api;

/// <summary>Counts the errors sent to callers, if the Configuration enables it (<c>recordErrorCodes</c>).</summary>
internal static class ErrorCounter
{
    public static void Count(HttpContext context, DaprError error)
    {
        if (context.Features.Get<ListenerFeature>()?.Sidecar is { Configuration.Metrics.ErrorCodes: true } sidecar)
        {
            SidecarMeter.Error(sidecar.Options.AppId, error.Code);
        }
    }
}
