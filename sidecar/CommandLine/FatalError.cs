using Sidecar.Logging;
using Sidecar.Yaml;

namespace Sidecar.CommandLine;

/// <summary>
/// Reports why a sidecar cannot start: each mistake with its place, then all of them in one line with daprd's text, because tools search
/// for it.
/// </summary>
internal static class FatalError
{
    public static void Write(DaprdLog log, string what, IReadOnlyList<YamlProblem> problems)
    {
        foreach (var problem in problems)
        {
            log.Write(LogLevel.Error, problem.ToString());
        }
        log.Write(LogLevel.Critical, $"Fatal error from runtime: {what}: {string.Join('\n', problems.Select(problem => problem.Message))}");
    }
}
