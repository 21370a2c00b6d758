using Sidecar.Yaml;

namespace Sidecar.Logging;

/// <summary>The options for logging calls of the API (<c>spec.logging.apiLogging</c>; <c>--enable-api-logging</c> overrides it).</summary>
internal sealed record ApiLogging(bool Enabled, bool ObfuscateUrls, bool OmitHealthChecks)
{
    public static readonly ApiLogging None = new(false, false, false);

    public static ApiLogging Read(YamlMap logging)
    {
        var api = logging.Map("apiLogging");
        var read = new ApiLogging(
            api?.Flag("enabled") ?? false,
            api?.Flag("obfuscateURLs") ?? false,
            api?.Flag("omitHealthChecks") ?? false
        );
        api?.WarnOfUnknownKeys();
        logging.WarnOfUnknownKeys();
        return read;
    }
}
