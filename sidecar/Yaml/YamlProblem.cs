namespace Sidecar.Yaml;

/// <summary>A mistake in a file: where it is, and what would be right.</summary>
internal sealed record YamlProblem(string File, int Line, string Message)
{
    public override string ToString() => Line > 0 ? $"{File}:{Line}: {Message}" : $"{File}: {Message}";
}

/// <summary>Every mistake found, so that one run shows them all.</summary>
internal sealed class InvalidConfigurationException(IReadOnlyList<YamlProblem> problems)
    : Exception(string.Join(Environment.NewLine, problems))
{
    public InvalidConfigurationException(string file, int line, string message) : this([new YamlProblem(file, line, message)])
    {
    }

    public IReadOnlyList<YamlProblem> Problems { get; } = problems;
}
