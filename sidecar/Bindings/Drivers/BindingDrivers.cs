using Sidecar.Components;
using Sidecar.Postgres;
using Sidecar.Timers;

namespace Sidecar.Bindings.Drivers;

/// <summary>Reads the metadata of bindings and opens them.</summary>
internal static class BindingDrivers
{
    /// <summary>daprd refuses these as the root of files.</summary>
    private static readonly string[] Forbidden = ["/proc", "/sys", "/boot", "/var/run/secrets"];

    public static OpenComponent Cron(DriverContext context)
    {
        var directions = BindingSettings.Read(context);
        var schedule = Schedule(context);
        return _ =>
            new(
                directions.Component(
                    new CronBinding(context.Name, schedule!, context.Time, context.Loggers.CreateLogger<CronBinding>()),
                    null
                )
            );
    }

    public static OpenComponent Http(DriverContext context)
    {
        var directions = BindingSettings.Read(context);
        var options = HttpBindingOptions.Read(context);
        return _ => new(directions.Component(null, new HttpBinding(options)));
    }

    public static OpenComponent LocalStorage(DriverContext context)
    {
        var directions = BindingSettings.Read(context);
        var root = context.Properties.Required("rootPath", "files");
        if (root.Length > 0)
        {
            root = context.PathOf(root);
            if (Forbidden.Any(folder => root == folder || root.StartsWith(folder + '/', StringComparison.Ordinal)))
            {
                context.Properties.Report("rootPath", $"'{root}' is a folder of the system; choose one for the app's files");
            }
        }
        return _ => new(directions.Component(null, new LocalStorageBinding(root)));
    }

    public static OpenComponent Postgres(DriverContext context)
    {
        var directions = BindingSettings.Read(context);
        // A statement may leave something in its session, so these connections are not those of the stores.
        var settings = PostgresSettings.Read(context).WithReset();
        return async _ => directions.Component(null, new PostgresBinding(await PostgresServer.AtAsync(settings), context.Time));
    }

    /// <summary>Null if it was reported as invalid.</summary>
    private static CronSchedule? Schedule(DriverContext context)
    {
        var text = context.Properties.Required("schedule", "@every 15s");
        try
        {
            var schedule = text.Length == 0 ? null : CronSchedule.Parse(text, secondsRequired: false);
            return schedule?.Every <= TimeSpan.Zero ? throw new FormatException("the interval must be longer than 0s") : schedule;
        }
        catch (FormatException e)
        {
            context.Properties.Report(
                "schedule",
                $"invalid schedule format '{text}': {e.Message}. Right would be '*/15 * * * * *' or '@every 15s'."
            );
            return null;
        }
    }

    /// <summary>Without <c>direction</c> a component has every direction that its driver supports.</summary>
    private sealed record BindingSettings(string Name, string Route, string[] Given)
    {
        public static BindingSettings Read(DriverContext context)
        {
            var route = context.Properties.Text("route") is { Length: > 0 } given ? given : context.Name;
            var directions = (context.Properties.Text("direction") ?? "").Split(
                ',',
                StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries
            );
            if (directions.FirstOrDefault(direction => direction.ToLowerInvariant() is not ("input" or "output")) is { } other)
            {
                context.Properties.Warn(
                    $"binding '{context.Name}' ignores direction '{other}'; known are input and output, and both separated by a comma"
                );
            }
            return new BindingSettings(context.Name, route, directions);
        }

        public OpenedComponent Component(IInputBinding? input, IOutputBinding? output)
        {
            var binding = new BindingComponent(Name, Route, Given.Length > 0, Goes("input") ? input : null, Goes("output") ? output : null);
            return new OpenedComponent(
                binding,
                [.. binding.Input is null ? (string[])[] : ["INPUT_BINDING"], .. binding.Output is null ? (string[])[] : ["OUTPUT_BINDING"]]
            );
        }

        private bool Goes(string direction) => Given.Length == 0 || Given.Contains(direction, StringComparer.OrdinalIgnoreCase);
    }
}
