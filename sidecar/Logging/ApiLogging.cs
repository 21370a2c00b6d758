using Sidecar.Yaml;

namespace Sidecar.Logging;

/// <summary>Whether calls of the API are logged (<c>spec.logging.apiLogging</c>, or <c>--enable-api-logging</c>, which has the last word),
/// and how.</summary>
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
