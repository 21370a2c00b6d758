using Spectre.Console;

namespace Sidecar.Running;

/// <summary>The output of a run at the terminal. App lines have the app's name in its colour; piped output is plain text.</summary>
internal sealed class RunConsole(IAnsiConsole console, IReadOnlyList<string> appIds)
{
    private static readonly string[] Colours = ["36", "33", "32", "35", "34", "96", "93", "92"];

    private readonly Lock gate = new();
    private readonly Dictionary<string, string> prefixes = Prefixes(console, appIds);

    /// <summary>Apps may log a lot: their lines are written without being parsed as markup.</summary>
    public void AppLine(string appId, string line)
    {
        lock (gate)
        {
            console.Profile.Out.Writer.Write(prefixes[appId]);
            console.Profile.Out.Writer.WriteLine(line);
        }
    }

    public void Info(string text) => Write("[bold]sidecar[/] │ " + Markup.Escape(text));

    public void Warn(string text) => Write("[bold yellow]sidecar[/] │ [yellow]" + Markup.Escape(text) + "[/]");

    public void Error(string text) => Write("[bold red]sidecar[/] │ [red]" + Markup.Escape(text) + "[/]");

    public void Table(IEnumerable<AppSupervisor> apps, IReadOnlyList<(string AppId, string Address)> pages)
    {
        var table = new Table()
            .Border(TableBorder.Rounded)
            .AddColumns("app", "pid", "app port", "dapr http", "dapr grpc", "metrics", "open");
        foreach (var app in apps)
        {
            var options = app.App.Options;
            table.AddRow(
                options.AppId,
                app.ProcessId?.ToString() ?? "–",
                options.AppPort > 0 ? options.AppPort.ToString() : "–",
                options.HttpPort.ToString(),
                options.GrpcPort.ToString(),
                options.MetricsPort.ToString(),
                string.Join(' ', pages.Where(page => page.AppId == options.AppId).Select(page => page.Address))
            );
        }
        lock (gate)
        {
            console.Write(table);
        }
    }

    private void Write(string markup)
    {
        lock (gate)
        {
            console.MarkupLine(markup);
        }
    }

    private static Dictionary<string, string> Prefixes(IAnsiConsole console, IReadOnlyList<string> appIds)
    {
        var width = appIds.Append("sidecar").Max(id => id.Length);
        var coloured = console.Profile.Capabilities.Ansi;
        return appIds
            .Index()
            .ToDictionary(
                app => app.Item,
                app =>
                    coloured
                        ? $"\e[{Colours[app.Index % Colours.Length]}m{app.Item.PadRight(width)}\e[0m │ "
                        : $"{app.Item.PadRight(width)} │ ",
                StringComparer.Ordinal
            );
    }
}
