namespace Conformance.Running;

/// <summary>Resource files in a line.</summary>
public static class Yaml
{
    public static string Component(string name, string type, params (string Name, string Value)[] metadata) =>
        Component(name, type, "v1", metadata);

    public static string Component(string name, string type, string version, params (string Name, string Value)[] metadata) =>
        $"""
            apiVersion: dapr.io/v1alpha1
            kind: Component
            metadata:
              name: {name}
            spec:
              type: {type}
              version: {version}
              metadata: [{string.Join(", ", metadata.Select(item => $"{{ name: {item.Name}, value: \"{item.Value}\" }}"))}]
            """;

    public static string ScopedComponent(string name, string type, string scope) => Component(name, type) + $"\nscopes: [{scope}]";

    public static string Configuration(string spec) =>
        $"""
            apiVersion: dapr.io/v1alpha1
            kind: Configuration
            metadata:
              name: test
            spec:
              {spec.Replace("\n", "\n  ", StringComparison.Ordinal)}
            """;
}
